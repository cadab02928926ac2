-- catalog.match.relevance -> FoundRow
WITH at_once AS materialized
(SELECT newest.id AS id
FROM (SELECT listings.id AS id, listings.search_vector AS search_vector
FROM listings
WHERE listings.status = 'published' AND (listings.publisher_id NOT IN (SELECT publishers.id
FROM publishers
WHERE publishers.suspended_at_ms IS NOT NULL)) AND true ORDER BY listings.id DESC
 LIMIT 5000) AS newest
WHERE newest.search_vector @@ CAST(%(matching)s AS TSQUERY) ORDER BY newest.id DESC
 LIMIT 1000),
by_index AS materialized
(SELECT listings.id AS id
FROM listings
WHERE listings.status = 'published' AND (listings.publisher_id NOT IN (SELECT publishers.id
FROM publishers
WHERE publishers.suspended_at_ms IS NOT NULL)) AND true AND (listings.search_vector @@ CAST(%(matching)s AS TSQUERY))
  AND (SELECT count(*) AS count_1
FROM at_once) != 1000),
alone AS
(SELECT either.id AS id
FROM (SELECT at_once.id AS id
FROM at_once
WHERE (SELECT count(*) AS count_1
FROM at_once) = 1000 UNION ALL SELECT by_index.id AS id
FROM by_index
WHERE true) AS either ORDER BY either.id DESC
 LIMIT 1000)
 SELECT listings.id, listings.asset_kind, listings.status, listings.name, listings.summary, listings.tags,
  listings.categories, listings.images, listings.docs_url, listings.repo_url, listings.created_at_ms,
  listings.updated_at_ms, listings.latest_release_id, listings.latest_version, listings.latest_published_at_ms,
  listings.publisher_id, publishers.handle, publishers.display_name AS publisher_name, publishers.verification_status,
  publishers.verification_checked_at_ms, coalesce(stat_totals.install_intents_30d, 0) AS install_intents_30d,
  coalesce(stat_totals.redemptions_30d, 0) AS redemptions_30d, page.sort_key
FROM (SELECT listings.id AS id, CASE WHEN (listings.name_key = %(name_key)s::VARCHAR) THEN 4 WHEN
  (listings.search_vector @@ CAST(%(name_holds)s AS TSQUERY)) THEN 3 WHEN (listings.search_vector @@
  CAST(%(name_begins)s AS TSQUERY)) THEN 2 WHEN ((SELECT listings.search_vector || its_publisher.search_vector AS
  anon_1
FROM publishers AS its_publisher
WHERE its_publisher.id = listings.publisher_id) @@ CAST(%(well_spelt)s AS TSQUERY)) THEN 1 ELSE 0 END AS sort_key
FROM (SELECT namesakes.id AS id
FROM (SELECT listings.id AS id
FROM listings
WHERE listings.status = 'published' AND (listings.publisher_id NOT IN (SELECT publishers.id
FROM publishers
WHERE publishers.suspended_at_ms IS NOT NULL)) AND true AND listings.name_key = %(name_key)s::VARCHAR AND
  (listings.search_vector @@ CAST(%(matching)s AS TSQUERY)) ORDER BY listings.id DESC
 LIMIT 1000) AS namesakes UNION SELECT matches.id AS id
FROM (SELECT DISTINCT found.id AS id
FROM (SELECT alone.id AS id
FROM alone UNION ALL SELECT of_named.id AS id
FROM (SELECT of_one.id AS id
FROM (SELECT publishers.id AS id, publishers.search_vector AS search_vector
FROM publishers
WHERE publishers.suspended_at_ms IS NULL AND (publishers.search_vector @@ CAST(%(well_spelt)s AS TSQUERY)) ORDER BY
  publishers.id
 LIMIT 1000) AS with_all_words JOIN LATERAL (SELECT listings.id AS id
FROM listings
WHERE listings.status = 'published' AND listings.publisher_id = with_all_words.id AND true AND listings.id >=
  coalesce((SELECT alone.id
FROM alone
WHERE (SELECT count(*) AS count_2
FROM alone) = 1000 ORDER BY alone.id
 LIMIT 1), '00000000-0000-0000-0000-000000000000') AND (CAST(%(narrowing)s AS TSQUERY) IS NULL OR
  (listings.search_vector @@ CAST(%(narrowing)s AS TSQUERY))) ORDER BY listings.id DESC
 LIMIT 1000) AS of_one ON true ORDER BY of_one.id DESC
 LIMIT 1000) AS of_named UNION ALL SELECT of_named.id AS id
FROM (SELECT of_one.id AS id
FROM (SELECT DISTINCT ON (of_word.id) of_word.id AS id, of_word.search_vector AS search_vector
FROM unnest(CAST(%(in_publisher)s AS TSQUERY[])) AS anon_2(word) JOIN LATERAL (SELECT publishers.id AS id,
  publishers.search_vector AS search_vector, row_number() OVER (ORDER BY publishers.id) AS place
FROM publishers
WHERE publishers.suspended_at_ms IS NULL AND (publishers.search_vector @@ anon_2.word) AND NOT
  (publishers.search_vector @@ CAST(%(well_spelt)s AS TSQUERY)) ORDER BY publishers.id
 LIMIT 200) AS of_word ON of_word.place <= %(publishers_per_word)s ORDER BY of_word.id) AS with_some_words JOIN
  LATERAL (SELECT listings.id AS id
FROM listings
WHERE listings.status = 'published' AND listings.publisher_id = with_some_words.id AND true AND listings.id >=
  coalesce((SELECT alone.id
FROM alone
WHERE (SELECT count(*) AS count_2
FROM alone) = 1000 ORDER BY alone.id
 LIMIT 1), '00000000-0000-0000-0000-000000000000') AND ((listings.search_vector || with_some_words.search_vector) @@
  CAST(%(matching)s AS TSQUERY)) ORDER BY listings.id DESC
 LIMIT 1000) AS of_one ON true ORDER BY of_one.id DESC
 LIMIT 1000) AS of_named) AS found ORDER BY found.id DESC
 LIMIT 1000) AS matches) AS candidates JOIN listings ON listings.id = candidates.id
WHERE (CASE WHEN (listings.name_key = %(name_key)s::VARCHAR) THEN 4 WHEN (listings.search_vector @@
  CAST(%(name_holds)s AS TSQUERY)) THEN 3 WHEN (listings.search_vector @@ CAST(%(name_begins)s AS TSQUERY)) THEN 2
  WHEN ((SELECT listings.search_vector || its_publisher.search_vector AS anon_1
FROM publishers AS its_publisher
WHERE its_publisher.id = listings.publisher_id) @@ CAST(%(well_spelt)s AS TSQUERY)) THEN 1 ELSE 0 END, listings.id) <
  (%(after_key)s::INTEGER, %(after_id)s::UUID) ORDER BY CASE WHEN (listings.name_key = %(name_key)s::VARCHAR) THEN 4
  WHEN (listings.search_vector @@ CAST(%(name_holds)s AS TSQUERY)) THEN 3 WHEN (listings.search_vector @@
  CAST(%(name_begins)s AS TSQUERY)) THEN 2 WHEN ((SELECT listings.search_vector || its_publisher.search_vector AS
  anon_1
FROM publishers AS its_publisher
WHERE its_publisher.id = listings.publisher_id) @@ CAST(%(well_spelt)s AS TSQUERY)) THEN 1 ELSE 0 END DESC,
  listings.id DESC
 LIMIT %(fetch)s) AS page JOIN listings ON listings.id = page.id JOIN publishers ON publishers.id =
  listings.publisher_id AND publishers.suspended_at_ms IS NULL LEFT OUTER JOIN stat_totals ON stat_totals.listing_id =
  listings.id ORDER BY page.sort_key DESC, page.id DESC
