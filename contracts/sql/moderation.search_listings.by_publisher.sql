-- moderation.search_listings.by_publisher -> AdminListingItemRow
WITH at_once AS materialized
(SELECT walked.id AS id
FROM (SELECT listings.id AS id, listings.search_vector AS search_vector
FROM listings
WHERE listings.id < %(after_id)s::UUID AND listings.publisher_id = %(wanted_publisher_id)s::UUID ORDER BY listings.id
  DESC
 LIMIT 5000) AS walked
WHERE walked.search_vector @@ CAST(%(matching)s AS TSQUERY) ORDER BY walked.id DESC
 LIMIT %(fetch)s::INTEGER),
by_index AS materialized
(SELECT listings.id AS id
FROM listings
WHERE listings.id < %(after_id)s::UUID AND listings.publisher_id = %(wanted_publisher_id)s::UUID AND
  (listings.search_vector @@ CAST(%(matching)s AS TSQUERY)) AND (SELECT count(*) AS count_1
FROM at_once) != %(fetch)s::INTEGER),
holding AS
(SELECT found.id AS id
FROM (SELECT at_once.id AS id
FROM at_once
WHERE (SELECT count(*) AS count_1
FROM at_once) = %(fetch)s::INTEGER UNION ALL SELECT by_index.id AS id
FROM by_index) AS found ORDER BY found.id DESC
 LIMIT %(fetch)s::INTEGER)
 SELECT listings.id, listings.asset_kind, listings.status, listings.suspend_reason, listings.suspended_at_ms,
  listings.name, listings.summary, listings.tags, listings.categories, listings.images, listings.docs_url,
  listings.repo_url, listings.published_releases, listings.latest_release_id, listings.latest_version,
  listings.latest_published_at_ms, listings.revision, listings.created_at_ms, listings.updated_at_ms,
  listings.status_before_suspension, listings.flagged, listings.flag_reason, listings.reviewed_revision,
  listings.reviewed_at_ms, publishers.id AS publisher_id, publishers.handle AS publisher_handle,
  publishers.display_name AS publisher_name, publishers.suspended_at_ms AS publisher_suspended_at_ms,
  publishers.verification_status AS verification_status, publishers.verification_checked_at_ms AS
  verification_checked_at_ms
FROM listings JOIN publishers ON publishers.id = listings.publisher_id JOIN (SELECT DISTINCT either.id AS id
FROM (SELECT holding.id AS id
FROM holding UNION ALL SELECT named_so.id AS id
FROM (SELECT of_one.id AS id
FROM (SELECT publishers.id AS id, publishers.search_vector AS search_vector
FROM publishers
WHERE publishers.search_vector @@ CAST(%(in_publisher)s AS TSQUERY) ORDER BY (publishers.search_vector @@
  CAST(%(well_spelt)s AS TSQUERY)) DESC, publishers.id
 LIMIT 200) AS named JOIN LATERAL (SELECT listings.id AS id
FROM listings
WHERE listings.publisher_id = named.id AND listings.id < %(after_id)s::UUID AND listings.publisher_id =
  %(wanted_publisher_id)s::UUID AND listings.id >= coalesce((SELECT holding.id
FROM holding
WHERE (SELECT count(*) AS count_2
FROM holding) = %(fetch)s::INTEGER ORDER BY holding.id
 LIMIT 1), '00000000-0000-0000-0000-000000000000') AND ((listings.search_vector || named.search_vector) @@
  CAST(%(matching)s AS TSQUERY)) ORDER BY listings.id DESC
 LIMIT %(fetch)s::INTEGER) AS of_one ON true ORDER BY of_one.id DESC
 LIMIT %(fetch)s::INTEGER) AS named_so) AS either ORDER BY either.id DESC
 LIMIT %(fetch)s::INTEGER) AS page ON page.id = listings.id ORDER BY listings.id DESC
