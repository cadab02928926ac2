-- catalog.drop_zero_facet_counts
DELETE FROM facet_counts WHERE facet_counts.listings = 0 AND (facet_counts.facet, facet_counts.value) IN (SELECT
  anon_1.facet, anon_1.value
FROM unnest(%(facets)s::TEXT[], %(values)s::TEXT[]) AS anon_1(facet, value))
