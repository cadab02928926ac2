-- catalog.popular -> PopularRow
SELECT listings.id, listings.asset_kind, listings.status, listings.name, listings.summary, listings.tags,
  listings.categories, listings.images, listings.docs_url, listings.repo_url, listings.created_at_ms,
  listings.updated_at_ms, listings.latest_release_id, listings.latest_version, listings.latest_published_at_ms,
  listings.publisher_id, publishers.handle, publishers.display_name AS publisher_name, publishers.verification_status,
  publishers.verification_checked_at_ms, coalesce(stat_totals.install_intents_30d, 0) AS install_intents_30d,
  coalesce(stat_totals.redemptions_30d, 0) AS redemptions_30d, walked.sort_key
FROM (SELECT stat_totals.listing_id AS listing_id, stat_totals.redemptions_30d AS sort_key
FROM stat_totals
WHERE stat_totals.redemptions_30d > 0 AND (stat_totals.redemptions_30d, stat_totals.listing_id) <
  (%(after_key)s::INTEGER, %(after_id)s::UUID) ORDER BY stat_totals.redemptions_30d DESC, stat_totals.listing_id DESC
 LIMIT 5000) AS walked JOIN listings ON listings.id = walked.listing_id AND listings.status = 'published' JOIN
  publishers ON publishers.id = listings.publisher_id AND publishers.suspended_at_ms IS NULL LEFT OUTER JOIN
  stat_totals ON stat_totals.listing_id = listings.id ORDER BY walked.sort_key DESC, walked.listing_id DESC
 LIMIT %(fetch)s
