-- rerendering.outdated.publishers -> Outdated
SELECT ARRAY[publishers.id] AS key, publishers.bio_markdown AS source
FROM publishers
WHERE publishers.bio_policy < %(policy)s::SMALLINT AND (publishers.id) > (%(after_id)s) ORDER BY publishers.id
 LIMIT %(limit)s
