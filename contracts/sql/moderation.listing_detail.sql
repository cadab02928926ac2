-- moderation.listing_detail -> AdminListingDetailRow
SELECT listings.id, listings.asset_kind, listings.status, listings.suspend_reason, listings.suspended_at_ms,
  listings.name, listings.summary, listings.tags, listings.categories, listings.images, listings.docs_url,
  listings.repo_url, listings.published_releases, listings.latest_release_id, listings.latest_version,
  listings.latest_published_at_ms, listings.revision, listings.created_at_ms, listings.updated_at_ms,
  listings.status_before_suspension, listings.flagged, listings.flag_reason, listings.reviewed_revision,
  listings.reviewed_at_ms, publishers.id AS publisher_id, publishers.handle AS publisher_handle,
  publishers.display_name AS publisher_name, publishers.suspended_at_ms AS publisher_suspended_at_ms,
  publishers.verification_status AS verification_status, publishers.verification_checked_at_ms AS
  verification_checked_at_ms, listings.description_markdown, listings.description_html, (SELECT count(*) AS count_1
FROM install_intents
WHERE (install_intents.status = 'created' OR install_intents.status = 'token_issued') AND
  install_intents.expires_at_ms > %(now_ms)s::BIGINT AND install_intents.listing_id = listings.id) AS open_intents,
  (SELECT count(*) AS count_2
FROM reports
WHERE reports.listing_id = listings.id AND reports.status = 'open') AS open_reports
FROM listings JOIN publishers ON publishers.id = listings.publisher_id
WHERE listings.id = %(listing_id)s::UUID
