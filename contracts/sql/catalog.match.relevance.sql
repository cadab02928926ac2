-- catalog.match.relevance -> FoundRow
--   coalesce_1 = 0
--   coalesce_2 = 0
--   param_1 = 4
--   param_10 = 1000
--   param_11 = 1
--   param_12 = UUID('00000000-0000-0000-0000-000000000000')
--   param_13 = 1000
--   param_14 = 1000
--   param_15 = 1000
--   param_2 = 3
--   param_3 = 2
--   param_4 = 1
--   param_5 = 0
--   param_6 = 1000
--   param_7 = 1000
--   param_8 = 1000
--   param_9 = 200
WITH alone AS
(SELECT listings.id AS id, listings.publisher_id AS publisher_id, listings.name_key AS name_key,
  listings.search_vector AS search_vector
FROM listings
WHERE listings.status = 'published' AND (listings.publisher_id NOT IN (SELECT publishers.id
FROM publishers
WHERE publishers.suspended_at_ms IS NOT NULL)) AND (%(asset_kind)s::VARCHAR IS NULL OR listings.asset_kind =
  %(asset_kind)s::VARCHAR) AND (%(publisher_id)s::UUID IS NULL OR listings.publisher_id = %(publisher_id)s::UUID) AND
  listings.name_key != %(name_key)s::VARCHAR AND (listings.search_vector @@ CAST(%(matching)s AS TSQUERY)) ORDER BY
  listings.id DESC
 LIMIT %(param_7)s::INTEGER)
 SELECT listings.id, listings.asset_kind, listings.status, listings.name, listings.summary, listings.tags,
  listings.categories, listings.images, listings.docs_url, listings.repo_url, listings.created_at_ms,
  listings.updated_at_ms, listings.publisher_id, publishers.handle, publishers.display_name AS publisher_name,
  publishers.verification_status, publishers.verification_checked_at_ms, coalesce(stat_totals.install_intents_30d,
  %(coalesce_1)s::INTEGER) AS install_intents_30d, coalesce(stat_totals.redemptions_30d, %(coalesce_2)s::INTEGER) AS
  redemptions_30d, page.sort_key
FROM (SELECT ranked.id AS id, CASE WHEN (ranked.name_key = %(name_key)s::VARCHAR) THEN %(param_1)s::INTEGER WHEN
  (ranked.search_vector @@ CAST(%(name_holds)s AS TSQUERY)) THEN %(param_2)s::INTEGER WHEN (ranked.search_vector @@
  CAST(%(name_begins)s AS TSQUERY)) THEN %(param_3)s::INTEGER WHEN ((SELECT ranked.search_vector ||
  its_publisher.search_vector AS anon_1
FROM publishers AS its_publisher
WHERE its_publisher.id = ranked.publisher_id) @@ CAST(%(well_spelt)s AS TSQUERY)) THEN %(param_4)s::INTEGER ELSE
  %(param_5)s::INTEGER END AS sort_key
FROM (SELECT namesakes.id AS id, namesakes.publisher_id AS publisher_id, namesakes.name_key AS name_key,
  namesakes.search_vector AS search_vector
FROM (SELECT listings.id AS id, listings.publisher_id AS publisher_id, listings.name_key AS name_key,
  listings.search_vector AS search_vector
FROM listings
WHERE listings.status = 'published' AND (listings.publisher_id NOT IN (SELECT publishers.id
FROM publishers
WHERE publishers.suspended_at_ms IS NOT NULL)) AND (%(asset_kind)s::VARCHAR IS NULL OR listings.asset_kind =
  %(asset_kind)s::VARCHAR) AND (%(publisher_id)s::UUID IS NULL OR listings.publisher_id = %(publisher_id)s::UUID) AND
  listings.name_key = %(name_key)s::VARCHAR AND (listings.search_vector @@ CAST(%(matching)s AS TSQUERY)) ORDER BY
  listings.id DESC
 LIMIT %(param_6)s::INTEGER) AS namesakes UNION ALL SELECT matches.id AS id, matches.publisher_id AS publisher_id,
  matches.name_key AS name_key, matches.search_vector AS search_vector
FROM (SELECT DISTINCT ON (found.id) found.id AS id, found.publisher_id AS publisher_id, found.name_key AS name_key,
  found.search_vector AS search_vector
FROM (SELECT alone.id AS id, alone.publisher_id AS publisher_id, alone.name_key AS name_key, alone.search_vector AS
  search_vector
FROM alone UNION ALL SELECT of_named.id AS id, of_named.publisher_id AS publisher_id, of_named.name_key AS name_key,
  of_named.search_vector AS search_vector
FROM (SELECT of_one.id AS id, of_one.publisher_id AS publisher_id, of_one.name_key AS name_key, of_one.search_vector
  AS search_vector
FROM (SELECT anon_2.id AS id, anon_2.search_vector AS search_vector, anon_2.has_all_words AS has_all_words
FROM (SELECT publishers.id AS id, publishers.search_vector AS search_vector, true AS has_all_words
FROM publishers
WHERE publishers.suspended_at_ms IS NULL AND (%(publisher_id)s::UUID IS NULL OR publishers.id =
  %(publisher_id)s::UUID) AND CAST(%(in_publisher)s AS TSQUERY) IS NOT NULL AND (publishers.search_vector @@
  CAST(%(well_spelt)s AS TSQUERY)) ORDER BY publishers.id
 LIMIT %(param_8)s::INTEGER) AS anon_2 UNION ALL SELECT anon_3.id AS id, anon_3.search_vector AS search_vector,
  anon_3.has_all_words AS has_all_words
FROM (SELECT publishers.id AS id, publishers.search_vector AS search_vector, false AS has_all_words
FROM publishers
WHERE publishers.suspended_at_ms IS NULL AND (%(publisher_id)s::UUID IS NULL OR publishers.id =
  %(publisher_id)s::UUID) AND CAST(%(in_publisher)s AS TSQUERY) IS NOT NULL AND (publishers.search_vector @@
  CAST(%(in_publisher)s AS TSQUERY)) AND NOT (publishers.search_vector @@ CAST(%(well_spelt)s AS TSQUERY)) ORDER BY
  publishers.id
 LIMIT %(param_9)s::INTEGER) AS anon_3) AS named JOIN LATERAL (SELECT listings.id AS id, listings.publisher_id AS
  publisher_id, listings.name_key AS name_key, listings.search_vector AS search_vector
FROM listings
WHERE listings.status = 'published' AND listings.publisher_id = named.id AND (%(asset_kind)s::VARCHAR IS NULL OR
  listings.asset_kind = %(asset_kind)s::VARCHAR) AND (%(publisher_id)s::UUID IS NULL OR listings.publisher_id =
  %(publisher_id)s::UUID) AND listings.name_key != %(name_key)s::VARCHAR AND listings.id >= coalesce((SELECT alone.id
FROM alone
WHERE (SELECT count(*) AS count_1
FROM alone) = %(param_10)s::INTEGER ORDER BY alone.id
 LIMIT %(param_11)s::INTEGER), %(param_12)s::UUID) AND CASE WHEN named.has_all_words THEN CAST(%(narrowing)s AS
  TSQUERY) IS NULL OR (listings.search_vector @@ CAST(%(narrowing)s AS TSQUERY)) ELSE (listings.search_vector ||
  named.search_vector) @@ CAST(%(matching)s AS TSQUERY) END ORDER BY listings.id DESC
 LIMIT %(param_13)s::INTEGER) AS of_one ON true ORDER BY of_one.id DESC
 LIMIT %(param_14)s::INTEGER) AS of_named) AS found ORDER BY found.id DESC
 LIMIT %(param_15)s::INTEGER) AS matches) AS ranked
WHERE (CASE WHEN (ranked.name_key = %(name_key)s::VARCHAR) THEN %(param_1)s::INTEGER WHEN (ranked.search_vector @@
  CAST(%(name_holds)s AS TSQUERY)) THEN %(param_2)s::INTEGER WHEN (ranked.search_vector @@ CAST(%(name_begins)s AS
  TSQUERY)) THEN %(param_3)s::INTEGER WHEN ((SELECT ranked.search_vector || its_publisher.search_vector AS anon_1
FROM publishers AS its_publisher
WHERE its_publisher.id = ranked.publisher_id) @@ CAST(%(well_spelt)s AS TSQUERY)) THEN %(param_4)s::INTEGER ELSE
  %(param_5)s::INTEGER END, ranked.id) < (%(after_key)s::INTEGER, %(after_id)s::UUID) ORDER BY CASE WHEN
  (ranked.name_key = %(name_key)s::VARCHAR) THEN %(param_1)s::INTEGER WHEN (ranked.search_vector @@
  CAST(%(name_holds)s AS TSQUERY)) THEN %(param_2)s::INTEGER WHEN (ranked.search_vector @@ CAST(%(name_begins)s AS
  TSQUERY)) THEN %(param_3)s::INTEGER WHEN ((SELECT ranked.search_vector || its_publisher.search_vector AS anon_1
FROM publishers AS its_publisher
WHERE its_publisher.id = ranked.publisher_id) @@ CAST(%(well_spelt)s AS TSQUERY)) THEN %(param_4)s::INTEGER ELSE
  %(param_5)s::INTEGER END DESC, ranked.id DESC
 LIMIT %(fetch)s) AS page JOIN listings ON listings.id = page.id JOIN publishers ON publishers.id =
  listings.publisher_id AND publishers.suspended_at_ms IS NULL LEFT OUTER JOIN stat_totals ON stat_totals.listing_id =
  listings.id ORDER BY page.sort_key DESC, page.id DESC
