-- rerendering.first.publishers -> Outdated
SELECT ARRAY[publishers.id] AS key, publishers.bio_markdown AS source
FROM publishers
WHERE publishers.bio_policy < %(policy)s::SMALLINT ORDER BY publishers.id
 LIMIT %(limit)s
