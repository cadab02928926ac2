-- catalog.walk.newest.asset_kind.publisher_id -> FoundRow
SELECT listings.id, listings.asset_kind, listings.status, listings.name, listings.summary, listings.tags,
  listings.categories, listings.images, listings.docs_url, listings.repo_url, listings.created_at_ms,
  listings.updated_at_ms, listings.latest_release_id, listings.latest_version, listings.latest_published_at_ms,
  listings.publisher_id, publishers.handle, publishers.display_name AS publisher_name, publishers.verification_status,
  publishers.verification_checked_at_ms, coalesce(stat_totals.install_intents_30d, 0) AS install_intents_30d,
  coalesce(stat_totals.redemptions_30d, 0) AS redemptions_30d, page.sort_key
FROM (SELECT listings.id AS id, 0 AS sort_key
FROM listings
WHERE listings.status = 'published' AND (listings.publisher_id NOT IN (SELECT publishers.id
FROM publishers
WHERE publishers.suspended_at_ms IS NOT NULL)) AND listings.asset_kind = %(asset_kind)s::VARCHAR AND
  listings.publisher_id = %(publisher_id)s::UUID AND listings.id < %(after_id)s::UUID ORDER BY listings.id DESC
 LIMIT %(fetch)s) AS page JOIN listings ON listings.id = page.id JOIN publishers ON publishers.id =
  listings.publisher_id AND publishers.suspended_at_ms IS NULL LEFT OUTER JOIN stat_totals ON stat_totals.listing_id =
  listings.id ORDER BY page.id DESC
