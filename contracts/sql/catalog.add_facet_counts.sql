-- catalog.add_facet_counts
INSERT INTO facet_counts (facet, value, listings) SELECT anon_1.facet, anon_1.value, anon_1.listings
FROM unnest(%(facets)s::TEXT[], %(values)s::TEXT[], %(sums)s::INTEGER[]) AS anon_1(facet, value, listings) ON CONFLICT
  (facet, value) DO UPDATE SET listings = (facet_counts.listings + excluded.listings)
