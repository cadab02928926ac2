-- releases.listing -> OwnListing
SELECT listings.id
FROM listings
WHERE listings.id = %(listing_id)s::UUID AND listings.publisher_id = %(publisher_id)s::UUID
