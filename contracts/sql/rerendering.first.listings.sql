-- rerendering.first.listings -> Outdated
SELECT ARRAY[listings.id] AS key, listings.description_markdown AS source
FROM listings
WHERE listings.description_policy < %(policy)s::SMALLINT ORDER BY listings.id
 LIMIT %(limit)s
