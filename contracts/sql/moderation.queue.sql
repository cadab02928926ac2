-- moderation.queue -> WaitingRow
SELECT listings.id, listings.asset_kind, listings.status, listings.suspend_reason, listings.suspended_at_ms,
  listings.name, listings.summary, listings.tags, listings.categories, listings.images, listings.docs_url,
  listings.repo_url, listings.published_releases, listings.latest_release_id, listings.latest_version,
  listings.latest_published_at_ms, listings.revision, listings.created_at_ms, listings.updated_at_ms,
  listings.status_before_suspension, listings.flagged, listings.flag_reason, listings.reviewed_revision,
  listings.reviewed_at_ms, publishers.id AS publisher_id, publishers.handle AS publisher_handle,
  publishers.display_name AS publisher_name, publishers.suspended_at_ms AS publisher_suspended_at_ms,
  publishers.verification_status AS verification_status, publishers.verification_checked_at_ms AS
  verification_checked_at_ms, open_reports.open_reports, open_reports.report_kinds, open_reports.reported_revision,
  open_reports.reported_at_ms
FROM (SELECT either.id AS id
FROM (SELECT newest_flagged.id AS id
FROM (SELECT listings.id AS id
FROM listings
WHERE listings.flagged AND listings.id < %(after_id)s::UUID ORDER BY listings.id DESC
 LIMIT %(fetch)s) AS newest_flagged UNION SELECT newest_reported.id AS id
FROM (SELECT DISTINCT reports.listing_id AS id
FROM reports
WHERE reports.status = 'open' AND reports.listing_id < %(after_id)s::UUID ORDER BY reports.listing_id DESC
 LIMIT %(fetch)s) AS newest_reported) AS either ORDER BY either.id DESC
 LIMIT %(fetch)s) AS waiting JOIN (listings JOIN publishers ON publishers.id = listings.publisher_id) ON listings.id =
  waiting.id JOIN LATERAL (SELECT count(*) AS open_reports, array_agg(DISTINCT reports.kind) AS report_kinds,
  min(reports.listing_revision) AS reported_revision, min(reports.created_at_ms) AS reported_at_ms
FROM reports
WHERE reports.listing_id = waiting.id AND reports.status = 'open') AS open_reports ON true ORDER BY listings.id DESC
 LIMIT %(fetch)s
