-- catalog.facets -> FacetCounted
--   coalesce_1 = 0
--   coalesce_2 = 0
--   coalesce_3 = 0
--   facet_1 = 'assetKind'
--   facet_2 = 'assetKind'
--   facet_3 = 'assetKind'
--   facet_4 = 'category'
--   facet_5 = 'category'
--   facet_6 = 'category'
--   facet_7 = 'tag'
--   facet_8 = 'tag'
--   facet_9 = 'tag'
--   listings_1 = 0
--   listings_2 = 0
--   listings_3 = 0
--   param_1 = 'assetKind'
--   param_2 = 'category'
--   param_3 = 'tag'
--   param_4 = 3
--   param_5 = 3
--   param_6 = 100
--   param_7 = 100
--   param_8 = 50
--   param_9 = 50
WITH corrections AS
(SELECT each.facet AS facet, each.value AS value, sum(each.listings) AS listings
FROM (SELECT facet_deltas.facet AS facet, facet_deltas.value AS value, facet_deltas.listings AS listings
FROM facet_deltas UNION ALL SELECT %(param_1)s::VARCHAR AS facet, listings.asset_kind AS value, -1 AS listings
FROM publishers JOIN listings ON listings.publisher_id = publishers.id AND listings.status = 'published'
WHERE publishers.suspended_at_ms IS NOT NULL UNION ALL SELECT %(param_2)s::VARCHAR AS facet,
  unnest(listings.categories) AS value, -1 AS listings
FROM publishers JOIN listings ON listings.publisher_id = publishers.id AND listings.status = 'published'
WHERE publishers.suspended_at_ms IS NOT NULL UNION ALL SELECT %(param_3)s::VARCHAR AS facet, unnest(listings.tags) AS
  value, -1 AS listings
FROM publishers JOIN listings ON listings.publisher_id = publishers.id AND listings.status = 'published'
WHERE publishers.suspended_at_ms IS NOT NULL) AS each GROUP BY each.facet, each.value)
 SELECT tops.facet, tops.value, tops.listings
FROM (SELECT anon_1.facet AS facet, anon_1.value AS value, anon_1.listings AS listings
FROM (SELECT anon_2.facet AS facet, anon_2.value AS value, anon_2.listings AS listings
FROM (SELECT anon_3.facet AS facet, anon_3.value AS value, anon_3.listings AS listings
FROM (SELECT facet_counts.facet AS facet, facet_counts.value AS value, facet_counts.listings AS listings
FROM facet_counts
WHERE facet_counts.facet = %(facet_1)s::VARCHAR COLLATE "C" AND (facet_counts.value NOT IN (SELECT corrections.value
FROM corrections
WHERE corrections.facet = %(facet_2)s::VARCHAR COLLATE "C")) ORDER BY facet_counts.listings DESC, facet_counts.value
 LIMIT %(param_4)s::INTEGER) AS anon_3 UNION ALL SELECT corrections.facet AS facet, corrections.value AS value,
  coalesce(facet_counts.listings, %(coalesce_1)s::INTEGER) + corrections.listings AS listings
FROM corrections LEFT OUTER JOIN facet_counts ON facet_counts.facet = corrections.facet AND facet_counts.value =
  corrections.value
WHERE corrections.facet = %(facet_3)s::VARCHAR COLLATE "C") AS anon_2
WHERE anon_2.listings > %(listings_1)s::INTEGER ORDER BY anon_2.listings DESC, anon_2.value
 LIMIT %(param_5)s::INTEGER) AS anon_1 UNION ALL SELECT anon_4.facet AS facet, anon_4.value AS value, anon_4.listings
  AS listings
FROM (SELECT anon_5.facet AS facet, anon_5.value AS value, anon_5.listings AS listings
FROM (SELECT anon_6.facet AS facet, anon_6.value AS value, anon_6.listings AS listings
FROM (SELECT facet_counts.facet AS facet, facet_counts.value AS value, facet_counts.listings AS listings
FROM facet_counts
WHERE facet_counts.facet = %(facet_4)s::VARCHAR COLLATE "C" AND (facet_counts.value NOT IN (SELECT corrections.value
FROM corrections
WHERE corrections.facet = %(facet_5)s::VARCHAR COLLATE "C")) ORDER BY facet_counts.listings DESC, facet_counts.value
 LIMIT %(param_6)s::INTEGER) AS anon_6 UNION ALL SELECT corrections.facet AS facet, corrections.value AS value,
  coalesce(facet_counts.listings, %(coalesce_2)s::INTEGER) + corrections.listings AS listings
FROM corrections LEFT OUTER JOIN facet_counts ON facet_counts.facet = corrections.facet AND facet_counts.value =
  corrections.value
WHERE corrections.facet = %(facet_6)s::VARCHAR COLLATE "C") AS anon_5
WHERE anon_5.listings > %(listings_2)s::INTEGER ORDER BY anon_5.listings DESC, anon_5.value
 LIMIT %(param_7)s::INTEGER) AS anon_4 UNION ALL SELECT anon_7.facet AS facet, anon_7.value AS value, anon_7.listings
  AS listings
FROM (SELECT anon_8.facet AS facet, anon_8.value AS value, anon_8.listings AS listings
FROM (SELECT anon_9.facet AS facet, anon_9.value AS value, anon_9.listings AS listings
FROM (SELECT facet_counts.facet AS facet, facet_counts.value AS value, facet_counts.listings AS listings
FROM facet_counts
WHERE facet_counts.facet = %(facet_7)s::VARCHAR COLLATE "C" AND (facet_counts.value NOT IN (SELECT corrections.value
FROM corrections
WHERE corrections.facet = %(facet_8)s::VARCHAR COLLATE "C")) ORDER BY facet_counts.listings DESC, facet_counts.value
 LIMIT %(param_8)s::INTEGER) AS anon_9 UNION ALL SELECT corrections.facet AS facet, corrections.value AS value,
  coalesce(facet_counts.listings, %(coalesce_3)s::INTEGER) + corrections.listings AS listings
FROM corrections LEFT OUTER JOIN facet_counts ON facet_counts.facet = corrections.facet AND facet_counts.value =
  corrections.value
WHERE corrections.facet = %(facet_9)s::VARCHAR COLLATE "C") AS anon_8
WHERE anon_8.listings > %(listings_3)s::INTEGER ORDER BY anon_8.listings DESC, anon_8.value
 LIMIT %(param_9)s::INTEGER) AS anon_7) AS tops ORDER BY tops.facet, tops.listings DESC, tops.value
