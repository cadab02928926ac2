-- installs.offer -> Offer
SELECT listings.asset_kind, listings.name AS listing_name, listings.status AS listing_status, releases.version,
  releases.status AS release_status, publishers.id AS publisher_id, publishers.handle AS publisher_handle,
  publishers.display_name AS publisher_name, publishers.suspended_at_ms AS publisher_suspended_at_ms
FROM listings JOIN releases ON releases.listing_id = listings.id JOIN publishers ON publishers.id =
  listings.publisher_id
WHERE listings.id = %(listing_id)s::UUID AND releases.id = %(release_id)s::UUID
