-- moderation.releases -> PageRow
SELECT page.id, page.listing_id, page.version, page.status, page.refs, page.asset_digest, page.compat, page.artifacts,
  page.published_at_ms, page.revoked_at_ms, page.revoke_reason, page.id IS NOT NULL AS is_there
FROM listings LEFT OUTER JOIN LATERAL (SELECT releases.id AS id, releases.listing_id AS listing_id, releases.version
  AS version, releases.status AS status, releases.refs AS refs, releases.asset_digest AS asset_digest, releases.compat
  AS compat, releases.artifacts AS artifacts, releases.published_at_ms AS published_at_ms, releases.revoked_at_ms AS
  revoked_at_ms, releases.revoke_reason AS revoke_reason
FROM releases
WHERE releases.listing_id = listings.id AND releases.id < %(after_id)s::UUID ORDER BY releases.id DESC
 LIMIT %(fetch)s) AS page ON true
WHERE listings.id = %(listing_id)s::UUID ORDER BY page.id DESC
