-- catalog.match.relevance -> FoundRow
--   coalesce_1 = 0
--   coalesce_2 = 0
--   param_1 = 4
--   param_10 = 1000
--   param_11 = 1000
--   param_12 = 1000
--   param_13 = 1
--   param_14 = UUID('00000000-0000-0000-0000-000000000000')
--   param_15 = 1000
--   param_16 = 1000
--   param_17 = 1000
--   param_18 = 1000
--   param_19 = 1000
--   param_2 = 3
--   param_3 = 2
--   param_4 = 1
--   param_5 = 0
--   param_6 = 1000
--   param_7 = 5000
--   param_8 = 1000
--   param_9 = 1000
WITH at_once AS materialized
(SELECT newest.id AS id
FROM (SELECT listings.id AS id, listings.search_vector AS search_vector
FROM listings
WHERE listings.status = 'published' AND (listings.publisher_id NOT IN (SELECT publishers.id
FROM publishers
WHERE publishers.suspended_at_ms IS NOT NULL)) AND (%(asset_kind)s::VARCHAR IS NULL OR listings.asset_kind =
  %(asset_kind)s::VARCHAR) AND (%(publisher_id)s::UUID IS NULL OR listings.publisher_id = %(publisher_id)s::UUID)
  ORDER BY listings.id DESC
 LIMIT %(param_7)s::INTEGER) AS newest
WHERE newest.search_vector @@ CAST(%(matching)s AS TSQUERY) ORDER BY newest.id DESC
 LIMIT %(param_8)s::INTEGER),
by_index AS materialized
(SELECT listings.id AS id
FROM listings
WHERE listings.status = 'published' AND (listings.publisher_id NOT IN (SELECT publishers.id
FROM publishers
WHERE publishers.suspended_at_ms IS NOT NULL)) AND (%(asset_kind)s::VARCHAR IS NULL OR listings.asset_kind =
  %(asset_kind)s::VARCHAR) AND (%(publisher_id)s::UUID IS NULL OR listings.publisher_id = %(publisher_id)s::UUID) AND
  (listings.search_vector @@ CAST(%(matching)s AS TSQUERY)) AND (SELECT count(*) AS count_1
FROM at_once) != %(param_9)s::INTEGER),
alone AS
(SELECT either.id AS id
FROM (SELECT at_once.id AS id
FROM at_once
WHERE (SELECT count(*) AS count_1
FROM at_once) = %(param_9)s::INTEGER UNION ALL SELECT by_index.id AS id
FROM by_index) AS either ORDER BY either.id DESC
 LIMIT %(param_10)s::INTEGER)
 SELECT listings.id, listings.asset_kind, listings.status, listings.name, listings.summary, listings.tags,
  listings.categories, listings.images, listings.docs_url, listings.repo_url, listings.created_at_ms,
  listings.updated_at_ms, listings.publisher_id, publishers.handle, publishers.display_name AS publisher_name,
  publishers.verification_status, publishers.verification_checked_at_ms, coalesce(stat_totals.install_intents_30d,
  %(coalesce_1)s::INTEGER) AS install_intents_30d, coalesce(stat_totals.redemptions_30d, %(coalesce_2)s::INTEGER) AS
  redemptions_30d, page.sort_key
FROM (SELECT listings.id AS id, CASE WHEN (listings.name_key = %(name_key)s::VARCHAR) THEN %(param_1)s::INTEGER WHEN
  (listings.search_vector @@ CAST(%(name_holds)s AS TSQUERY)) THEN %(param_2)s::INTEGER WHEN (listings.search_vector
  @@ CAST(%(name_begins)s AS TSQUERY)) THEN %(param_3)s::INTEGER WHEN ((SELECT listings.search_vector ||
  its_publisher.search_vector AS anon_1
FROM publishers AS its_publisher
WHERE its_publisher.id = listings.publisher_id) @@ CAST(%(well_spelt)s AS TSQUERY)) THEN %(param_4)s::INTEGER ELSE
  %(param_5)s::INTEGER END AS sort_key
FROM (SELECT namesakes.id AS id
FROM (SELECT listings.id AS id
FROM listings
WHERE listings.status = 'published' AND (listings.publisher_id NOT IN (SELECT publishers.id
FROM publishers
WHERE publishers.suspended_at_ms IS NOT NULL)) AND (%(asset_kind)s::VARCHAR IS NULL OR listings.asset_kind =
  %(asset_kind)s::VARCHAR) AND (%(publisher_id)s::UUID IS NULL OR listings.publisher_id = %(publisher_id)s::UUID) AND
  listings.name_key = %(name_key)s::VARCHAR AND (listings.search_vector @@ CAST(%(matching)s AS TSQUERY)) ORDER BY
  listings.id DESC
 LIMIT %(param_6)s::INTEGER) AS namesakes UNION SELECT matches.id AS id
FROM (SELECT DISTINCT found.id AS id
FROM (SELECT alone.id AS id
FROM alone UNION ALL SELECT of_named.id AS id
FROM (SELECT of_one.id AS id
FROM (SELECT publishers.id AS id, publishers.search_vector AS search_vector
FROM publishers
WHERE publishers.suspended_at_ms IS NULL AND (%(publisher_id)s::UUID IS NULL OR publishers.id =
  %(publisher_id)s::UUID) AND (publishers.search_vector @@ CAST(%(well_spelt)s AS TSQUERY)) ORDER BY publishers.id
 LIMIT %(param_11)s::INTEGER) AS with_all_words JOIN LATERAL (SELECT listings.id AS id
FROM listings
WHERE listings.status = 'published' AND listings.publisher_id = with_all_words.id AND (%(asset_kind)s::VARCHAR IS NULL
  OR listings.asset_kind = %(asset_kind)s::VARCHAR) AND (%(publisher_id)s::UUID IS NULL OR listings.publisher_id =
  %(publisher_id)s::UUID) AND listings.id >= coalesce((SELECT alone.id
FROM alone
WHERE (SELECT count(*) AS count_2
FROM alone) = %(param_12)s::INTEGER ORDER BY alone.id
 LIMIT %(param_13)s::INTEGER), %(param_14)s::UUID) AND (CAST(%(narrowing)s AS TSQUERY) IS NULL OR
  (listings.search_vector @@ CAST(%(narrowing)s AS TSQUERY))) ORDER BY listings.id DESC
 LIMIT %(param_15)s::INTEGER) AS of_one ON true ORDER BY of_one.id DESC
 LIMIT %(param_16)s::INTEGER) AS of_named UNION ALL SELECT of_named.id AS id
FROM (SELECT of_one.id AS id
FROM (SELECT DISTINCT ON (of_word.id) of_word.id AS id, of_word.search_vector AS search_vector
FROM unnest(CAST(%(in_publisher)s AS TSQUERY[])) AS anon_2(word) JOIN LATERAL (SELECT publishers.id AS id,
  publishers.search_vector AS search_vector
FROM publishers
WHERE publishers.suspended_at_ms IS NULL AND (%(publisher_id)s::UUID IS NULL OR publishers.id =
  %(publisher_id)s::UUID) AND (publishers.search_vector @@ anon_2.word) AND NOT (publishers.search_vector @@
  CAST(%(well_spelt)s AS TSQUERY)) ORDER BY publishers.id
 LIMIT %(publishers_per_word)s) AS of_word ON true ORDER BY of_word.id) AS with_some_words JOIN LATERAL (SELECT
  listings.id AS id
FROM listings
WHERE listings.status = 'published' AND listings.publisher_id = with_some_words.id AND (%(asset_kind)s::VARCHAR IS
  NULL OR listings.asset_kind = %(asset_kind)s::VARCHAR) AND (%(publisher_id)s::UUID IS NULL OR listings.publisher_id
  = %(publisher_id)s::UUID) AND listings.id >= coalesce((SELECT alone.id
FROM alone
WHERE (SELECT count(*) AS count_2
FROM alone) = %(param_12)s::INTEGER ORDER BY alone.id
 LIMIT %(param_13)s::INTEGER), %(param_14)s::UUID) AND ((listings.search_vector || with_some_words.search_vector) @@
  CAST(%(matching)s AS TSQUERY)) ORDER BY listings.id DESC
 LIMIT %(param_17)s::INTEGER) AS of_one ON true ORDER BY of_one.id DESC
 LIMIT %(param_18)s::INTEGER) AS of_named) AS found ORDER BY found.id DESC
 LIMIT %(param_19)s::INTEGER) AS matches) AS candidates JOIN listings ON listings.id = candidates.id
WHERE (CASE WHEN (listings.name_key = %(name_key)s::VARCHAR) THEN %(param_1)s::INTEGER WHEN (listings.search_vector @@
  CAST(%(name_holds)s AS TSQUERY)) THEN %(param_2)s::INTEGER WHEN (listings.search_vector @@ CAST(%(name_begins)s AS
  TSQUERY)) THEN %(param_3)s::INTEGER WHEN ((SELECT listings.search_vector || its_publisher.search_vector AS anon_1
FROM publishers AS its_publisher
WHERE its_publisher.id = listings.publisher_id) @@ CAST(%(well_spelt)s AS TSQUERY)) THEN %(param_4)s::INTEGER ELSE
  %(param_5)s::INTEGER END, listings.id) < (%(after_key)s::INTEGER, %(after_id)s::UUID) ORDER BY CASE WHEN
  (listings.name_key = %(name_key)s::VARCHAR) THEN %(param_1)s::INTEGER WHEN (listings.search_vector @@
  CAST(%(name_holds)s AS TSQUERY)) THEN %(param_2)s::INTEGER WHEN (listings.search_vector @@ CAST(%(name_begins)s AS
  TSQUERY)) THEN %(param_3)s::INTEGER WHEN ((SELECT listings.search_vector || its_publisher.search_vector AS anon_1
FROM publishers AS its_publisher
WHERE its_publisher.id = listings.publisher_id) @@ CAST(%(well_spelt)s AS TSQUERY)) THEN %(param_4)s::INTEGER ELSE
  %(param_5)s::INTEGER END DESC, listings.id DESC
 LIMIT %(fetch)s) AS page JOIN listings ON listings.id = page.id JOIN publishers ON publishers.id =
  listings.publisher_id AND publishers.suspended_at_ms IS NULL LEFT OUTER JOIN stat_totals ON stat_totals.listing_id =
  listings.id ORDER BY page.sort_key DESC, page.id DESC
