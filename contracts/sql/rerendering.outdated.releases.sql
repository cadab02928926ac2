-- rerendering.outdated.releases -> Outdated
SELECT ARRAY[releases.listing_id, releases.id] AS key, releases.notes_markdown AS source
FROM releases
WHERE releases.notes_policy < %(policy)s::SMALLINT AND (releases.listing_id, releases.id) > (%(after_listing_id)s,
  %(after_id)s) ORDER BY releases.listing_id, releases.id
 LIMIT %(limit)s
