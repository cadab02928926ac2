-- releases.revocable -> RevocableRow
SELECT releases.id, releases.listing_id, releases.version, releases.status, releases.refs, releases.asset_digest,
  releases.compat, releases.artifacts, releases.published_at_ms, releases.revoked_at_ms, releases.revoke_reason,
  releases.notes_markdown, releases.notes_html, releases.notes_policy, releases.publisher_id, listings.asset_kind,
  listings.tags, listings.categories, listings.status AS listing_status, listings.published_releases,
  listings.latest_release_id, listings.latest_version, listings.latest_published_at_ms, best.id AS best_remaining_id,
  best.version AS best_remaining_version, best.published_at_ms AS best_remaining_published_at_ms
FROM releases JOIN listings ON listings.id = releases.listing_id LEFT OUTER JOIN LATERAL (SELECT other.id AS id,
  other.version AS version, other.published_at_ms AS published_at_ms
FROM releases AS other
WHERE other.listing_id = releases.listing_id AND other.status = 'published' AND other.id != releases.id ORDER BY
  other.is_prerelease, other.precedence DESC
 LIMIT 1) AS best ON true
WHERE releases.id = %(release_id)s::UUID
