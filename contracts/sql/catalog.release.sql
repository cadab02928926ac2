-- catalog.release -> ReleaseRow
SELECT releases.id, releases.listing_id, releases.version, releases.status, releases.refs, releases.asset_digest,
  releases.compat, releases.artifacts, releases.published_at_ms, releases.revoked_at_ms, releases.notes_markdown,
  releases.notes_html
FROM releases JOIN listings ON listings.id = releases.listing_id AND listings.status = 'published' JOIN publishers ON
  publishers.id = listings.publisher_id AND publishers.suspended_at_ms IS NULL
WHERE releases.id = %(release_id)s::UUID
