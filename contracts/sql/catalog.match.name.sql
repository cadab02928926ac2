-- catalog.match.name -> FoundRow
--   coalesce_1 = 0
--   coalesce_2 = 0
--   param_1 = 1000
--   param_2 = 1000
--   param_3 = 200
--   param_4 = 1000
--   param_5 = 1
--   param_6 = UUID('00000000-0000-0000-0000-000000000000')
--   param_7 = 1000
--   param_8 = 1000
--   param_9 = 1000
WITH alone AS
(SELECT listings.id AS id, listings.name_key AS sort_key
FROM listings
WHERE listings.status = 'published' AND (listings.publisher_id NOT IN (SELECT publishers.id
FROM publishers
WHERE publishers.suspended_at_ms IS NOT NULL)) AND (%(asset_kind)s::VARCHAR IS NULL OR listings.asset_kind =
  %(asset_kind)s::VARCHAR) AND (%(publisher_id)s::UUID IS NULL OR listings.publisher_id = %(publisher_id)s::UUID) AND
  (listings.search_vector @@ CAST(%(matching)s AS TSQUERY)) ORDER BY listings.id DESC
 LIMIT %(param_1)s::INTEGER)
 SELECT listings.id, listings.asset_kind, listings.status, listings.name, listings.summary, listings.tags,
  listings.categories, listings.images, listings.docs_url, listings.repo_url, listings.created_at_ms,
  listings.updated_at_ms, listings.publisher_id, publishers.handle, publishers.display_name AS publisher_name,
  publishers.verification_status, publishers.verification_checked_at_ms, coalesce(stat_totals.install_intents_30d,
  %(coalesce_1)s::INTEGER) AS install_intents_30d, coalesce(stat_totals.redemptions_30d, %(coalesce_2)s::INTEGER) AS
  redemptions_30d, page.sort_key
FROM (SELECT matches.id AS id, matches.sort_key AS sort_key
FROM (SELECT DISTINCT ON (found.id) found.id AS id, found.sort_key AS sort_key
FROM (SELECT alone.id AS id, alone.sort_key AS sort_key
FROM alone UNION ALL SELECT of_named.id AS id, of_named.sort_key AS sort_key
FROM (SELECT of_one.id AS id, of_one.sort_key AS sort_key
FROM (SELECT anon_1.id AS id, anon_1.search_vector AS search_vector, anon_1.has_all_words AS has_all_words
FROM (SELECT publishers.id AS id, publishers.search_vector AS search_vector, true AS has_all_words
FROM publishers
WHERE publishers.suspended_at_ms IS NULL AND (%(publisher_id)s::UUID IS NULL OR publishers.id =
  %(publisher_id)s::UUID) AND CAST(%(in_publisher)s AS TSQUERY) IS NOT NULL AND (publishers.search_vector @@
  CAST(%(well_spelt)s AS TSQUERY)) ORDER BY publishers.id
 LIMIT %(param_2)s::INTEGER) AS anon_1 UNION ALL SELECT anon_2.id AS id, anon_2.search_vector AS search_vector,
  anon_2.has_all_words AS has_all_words
FROM (SELECT publishers.id AS id, publishers.search_vector AS search_vector, false AS has_all_words
FROM publishers
WHERE publishers.suspended_at_ms IS NULL AND (%(publisher_id)s::UUID IS NULL OR publishers.id =
  %(publisher_id)s::UUID) AND CAST(%(in_publisher)s AS TSQUERY) IS NOT NULL AND (publishers.search_vector @@
  CAST(%(in_publisher)s AS TSQUERY)) AND NOT (publishers.search_vector @@ CAST(%(well_spelt)s AS TSQUERY)) ORDER BY
  publishers.id
 LIMIT %(param_3)s::INTEGER) AS anon_2) AS named JOIN LATERAL (SELECT listings.id AS id, listings.name_key AS sort_key
FROM listings
WHERE listings.status = 'published' AND listings.publisher_id = named.id AND (%(asset_kind)s::VARCHAR IS NULL OR
  listings.asset_kind = %(asset_kind)s::VARCHAR) AND (%(publisher_id)s::UUID IS NULL OR listings.publisher_id =
  %(publisher_id)s::UUID) AND listings.id >= coalesce((SELECT alone.id
FROM alone
WHERE (SELECT count(*) AS count_1
FROM alone) = %(param_4)s::INTEGER ORDER BY alone.id
 LIMIT %(param_5)s::INTEGER), %(param_6)s::UUID) AND CASE WHEN named.has_all_words THEN CAST(%(narrowing)s AS TSQUERY)
  IS NULL OR (listings.search_vector @@ CAST(%(narrowing)s AS TSQUERY)) ELSE (listings.search_vector ||
  named.search_vector) @@ CAST(%(matching)s AS TSQUERY) END ORDER BY listings.id DESC
 LIMIT %(param_7)s::INTEGER) AS of_one ON true ORDER BY of_one.id DESC
 LIMIT %(param_8)s::INTEGER) AS of_named) AS found ORDER BY found.id DESC
 LIMIT %(param_9)s::INTEGER) AS matches
WHERE (matches.sort_key, matches.id) > (%(after_key)s::VARCHAR, %(after_id)s::UUID) ORDER BY matches.sort_key,
  matches.id
 LIMIT %(fetch)s) AS page JOIN listings ON listings.id = page.id JOIN publishers ON publishers.id =
  listings.publisher_id AND publishers.suspended_at_ms IS NULL LEFT OUTER JOIN stat_totals ON stat_totals.listing_id =
  listings.id ORDER BY page.sort_key, page.id
