-- moderation.listings.by_status.by_publisher.flagged -> AdminListingItemRow
SELECT listings.id, listings.asset_kind, listings.status, listings.suspend_reason, listings.suspended_at_ms,
  listings.name, listings.summary, listings.tags, listings.categories, listings.images, listings.docs_url,
  listings.repo_url, listings.published_releases, listings.latest_release_id, listings.latest_version,
  listings.latest_published_at_ms, listings.revision, listings.created_at_ms, listings.updated_at_ms,
  listings.status_before_suspension, listings.flagged, listings.flag_reason, listings.reviewed_revision,
  listings.reviewed_at_ms, publishers.id AS publisher_id, publishers.handle AS publisher_handle,
  publishers.display_name AS publisher_name, publishers.suspended_at_ms AS publisher_suspended_at_ms,
  publishers.verification_status AS verification_status, publishers.verification_checked_at_ms AS
  verification_checked_at_ms
FROM listings JOIN publishers ON publishers.id = listings.publisher_id
WHERE listings.status = %(status)s::VARCHAR AND listings.publisher_id = %(wanted_publisher_id)s::UUID AND
  listings.flagged AND listings.id < %(after_id)s::UUID ORDER BY listings.id DESC
 LIMIT %(fetch)s
