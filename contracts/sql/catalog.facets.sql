-- catalog.facets -> FacetCounted
WITH corrections AS
(SELECT each.facet AS facet, each.value AS value, sum(each.listings) AS listings
FROM (SELECT facet_deltas.facet AS facet, facet_deltas.value AS value, facet_deltas.listings AS listings
FROM facet_deltas UNION ALL SELECT 'assetKind' AS facet, listings.asset_kind AS value, -1 AS listings
FROM publishers JOIN listings ON listings.publisher_id = publishers.id AND listings.status = 'published'
WHERE publishers.suspended_at_ms IS NOT NULL UNION ALL SELECT 'category' AS facet, unnest(listings.categories) AS
  value, -1 AS listings
FROM publishers JOIN listings ON listings.publisher_id = publishers.id AND listings.status = 'published'
WHERE publishers.suspended_at_ms IS NOT NULL UNION ALL SELECT 'tag' AS facet, unnest(listings.tags) AS value, -1 AS
  listings
FROM publishers JOIN listings ON listings.publisher_id = publishers.id AND listings.status = 'published'
WHERE publishers.suspended_at_ms IS NOT NULL) AS each GROUP BY each.facet, each.value)
 SELECT tops.facet, tops.value, tops.listings
FROM (SELECT anon_1.facet AS facet, anon_1.value AS value, anon_1.listings AS listings
FROM (SELECT anon_2.facet AS facet, anon_2.value AS value, anon_2.listings AS listings
FROM (SELECT anon_3.facet AS facet, anon_3.value AS value, anon_3.listings AS listings
FROM (SELECT facet_counts.facet AS facet, facet_counts.value AS value, facet_counts.listings AS listings
FROM facet_counts
WHERE facet_counts.facet = 'assetKind' AND (facet_counts.value NOT IN (SELECT corrections.value
FROM corrections
WHERE corrections.facet = 'assetKind')) ORDER BY facet_counts.listings DESC, facet_counts.value
 LIMIT 3) AS anon_3 UNION ALL SELECT corrections.facet AS facet, corrections.value AS value,
  coalesce(facet_counts.listings, 0) + corrections.listings AS listings
FROM corrections LEFT OUTER JOIN facet_counts ON facet_counts.facet = corrections.facet AND facet_counts.value =
  corrections.value
WHERE corrections.facet = 'assetKind') AS anon_2
WHERE anon_2.listings > 0 ORDER BY anon_2.listings DESC, anon_2.value
 LIMIT 3) AS anon_1 UNION ALL SELECT anon_4.facet AS facet, anon_4.value AS value, anon_4.listings AS listings
FROM (SELECT anon_5.facet AS facet, anon_5.value AS value, anon_5.listings AS listings
FROM (SELECT anon_6.facet AS facet, anon_6.value AS value, anon_6.listings AS listings
FROM (SELECT facet_counts.facet AS facet, facet_counts.value AS value, facet_counts.listings AS listings
FROM facet_counts
WHERE facet_counts.facet = 'category' AND (facet_counts.value NOT IN (SELECT corrections.value
FROM corrections
WHERE corrections.facet = 'category')) ORDER BY facet_counts.listings DESC, facet_counts.value
 LIMIT 100) AS anon_6 UNION ALL SELECT corrections.facet AS facet, corrections.value AS value,
  coalesce(facet_counts.listings, 0) + corrections.listings AS listings
FROM corrections LEFT OUTER JOIN facet_counts ON facet_counts.facet = corrections.facet AND facet_counts.value =
  corrections.value
WHERE corrections.facet = 'category') AS anon_5
WHERE anon_5.listings > 0 ORDER BY anon_5.listings DESC, anon_5.value
 LIMIT 100) AS anon_4 UNION ALL SELECT anon_7.facet AS facet, anon_7.value AS value, anon_7.listings AS listings
FROM (SELECT anon_8.facet AS facet, anon_8.value AS value, anon_8.listings AS listings
FROM (SELECT anon_9.facet AS facet, anon_9.value AS value, anon_9.listings AS listings
FROM (SELECT facet_counts.facet AS facet, facet_counts.value AS value, facet_counts.listings AS listings
FROM facet_counts
WHERE facet_counts.facet = 'tag' AND (facet_counts.value NOT IN (SELECT corrections.value
FROM corrections
WHERE corrections.facet = 'tag')) ORDER BY facet_counts.listings DESC, facet_counts.value
 LIMIT 50) AS anon_9 UNION ALL SELECT corrections.facet AS facet, corrections.value AS value,
  coalesce(facet_counts.listings, 0) + corrections.listings AS listings
FROM corrections LEFT OUTER JOIN facet_counts ON facet_counts.facet = corrections.facet AND facet_counts.value =
  corrections.value
WHERE corrections.facet = 'tag') AS anon_8
WHERE anon_8.listings > 0 ORDER BY anon_8.listings DESC, anon_8.value
 LIMIT 50) AS anon_7) AS tops ORDER BY tops.facet, tops.listings DESC, tops.value
