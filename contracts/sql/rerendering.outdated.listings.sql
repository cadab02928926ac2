-- rerendering.outdated.listings -> Outdated
SELECT ARRAY[listings.id] AS key, listings.description_markdown AS source
FROM listings
WHERE listings.description_policy < %(policy)s::SMALLINT AND (listings.id) > (%(after_id)s) ORDER BY listings.id
 LIMIT %(limit)s
