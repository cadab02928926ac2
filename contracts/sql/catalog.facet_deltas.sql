-- catalog.facet_deltas -> FacetDelta
SELECT facet_deltas.id, facet_deltas.facet, facet_deltas.value, facet_deltas.listings
FROM facet_deltas ORDER BY facet_deltas.id
 LIMIT %(limit)s FOR UPDATE SKIP LOCKED
