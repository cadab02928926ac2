-- releases.page -> ReleaseItemRow
SELECT releases.id, releases.listing_id, releases.version, releases.status, releases.refs, releases.asset_digest,
  releases.compat, releases.artifacts, releases.published_at_ms, releases.revoked_at_ms, releases.revoke_reason
FROM releases
WHERE releases.listing_id = (SELECT listings.id
FROM listings
WHERE listings.id = %(listing_id)s::UUID AND listings.publisher_id = %(publisher_id)s::UUID) AND releases.id <
  %(after_id)s::UUID ORDER BY releases.id DESC
 LIMIT %(fetch)s
