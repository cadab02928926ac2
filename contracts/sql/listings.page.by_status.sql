-- listings.page.by_status -> ListingItemRow
SELECT listings.id, listings.asset_kind, listings.status, listings.suspend_reason, listings.suspended_at_ms,
  listings.name, listings.summary, listings.tags, listings.categories, listings.images, listings.docs_url,
  listings.repo_url, listings.published_releases, listings.latest_release_id, listings.latest_version,
  listings.latest_published_at_ms, listings.revision, listings.created_at_ms, listings.updated_at_ms
FROM listings
WHERE listings.publisher_id = %(publisher_id)s::UUID AND listings.status = %(status)s::VARCHAR AND listings.id <
  %(after_id)s::UUID ORDER BY listings.id DESC
 LIMIT %(fetch)s
