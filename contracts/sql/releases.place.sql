-- releases.place -> PlaceRow
SELECT listings.asset_kind, listings.status, listings.published_releases, listings.latest_release_id,
  listings.latest_version, listings.latest_published_at_ms, releases.id AS holder_id, releases.status AS
  holder_status, releases.refs, releases.asset_digest, releases.compat, releases.artifacts, releases.notes_markdown
FROM listings LEFT OUTER JOIN releases ON releases.listing_id = listings.id AND releases.precedence =
  %(precedence)s::VARCHAR COLLATE "C"
WHERE listings.id = %(listing_id)s::UUID AND listings.publisher_id = %(publisher_id)s::UUID
