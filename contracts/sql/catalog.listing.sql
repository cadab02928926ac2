-- catalog.listing -> DetailRow
SELECT listings.id, listings.asset_kind, listings.status, listings.name, listings.summary, listings.tags,
  listings.categories, listings.images, listings.docs_url, listings.repo_url, listings.created_at_ms,
  listings.updated_at_ms, listings.latest_release_id, listings.latest_version, listings.latest_published_at_ms,
  listings.publisher_id, publishers.handle, publishers.display_name AS publisher_name, publishers.verification_status,
  publishers.verification_checked_at_ms, coalesce(stat_totals.install_intents_30d, 0) AS install_intents_30d,
  coalesce(stat_totals.redemptions_30d, 0) AS redemptions_30d, listings.description_markdown,
  listings.description_html, (SELECT coalesce(jsonb_agg(jsonb_build_array(newest.id, newest.version, newest.status,
  newest.published_at_ms) ORDER BY newest.id DESC), '[]'::jsonb) AS coalesce_1
FROM (SELECT releases.id AS id, releases.version AS version, releases.status AS status, releases.published_at_ms AS
  published_at_ms
FROM releases
WHERE releases.listing_id = listings.id AND releases.status = 'published' ORDER BY releases.id DESC
 LIMIT %(fetch)s) AS newest) AS releases
FROM listings JOIN publishers ON publishers.id = listings.publisher_id AND publishers.suspended_at_ms IS NULL LEFT
  OUTER JOIN stat_totals ON stat_totals.listing_id = listings.id
WHERE listings.id = %(listing_id)s::UUID AND listings.status = 'published'
