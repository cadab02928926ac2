-- moderation.releases -> ReleaseItemRow
SELECT releases.id, releases.listing_id, releases.version, releases.status, releases.refs, releases.asset_digest,
  releases.compat, releases.artifacts, releases.published_at_ms, releases.revoked_at_ms, releases.revoke_reason
FROM releases
WHERE releases.listing_id = %(listing_id)s::UUID AND releases.id < %(after_id)s::UUID ORDER BY releases.id DESC
 LIMIT %(fetch)s
