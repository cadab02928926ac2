-- catalog.drop_zero_facet_counts
--   listings_1 = 0
DELETE FROM facet_counts WHERE facet_counts.listings = %(listings_1)s::INTEGER AND (facet_counts.facet,
  facet_counts.value) IN (SELECT anon_1.facet, anon_1.value
FROM unnest(%(facets)s::TEXT[], %(values)s::TEXT[]) AS anon_1(facet, value))
