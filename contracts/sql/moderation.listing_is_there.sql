-- moderation.listing_is_there -> ThereRow
--   param_1 = 1
SELECT %(param_1)s::INTEGER AS one
FROM listings
WHERE listings.id = %(listing_id)s::UUID
