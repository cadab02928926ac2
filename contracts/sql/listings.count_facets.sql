-- listings.count_facets
INSERT INTO facet_deltas (id, facet, value, listings) SELECT anon_1.id, anon_1.facet, anon_1.value, anon_1.listings
FROM unnest(CAST(%(ids)s AS UUID[]), CAST(%(facets)s AS TEXT[]), CAST(%(values)s AS TEXT[]), CAST(%(listings)s AS
  INTEGER[])) AS anon_1(id, facet, value, listings)
