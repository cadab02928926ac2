-- moderation.listing_is_there -> ThereRow
SELECT 1 AS one
FROM listings
WHERE listings.id = %(listing_id)s::UUID
