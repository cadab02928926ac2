-- moderation.reports.of_listing.by_status -> ReportRow
SELECT reports.id, reports.listing_id, reports.reporter_user_id, reports.kind, reports.summary,
  reports.listing_revision, reports.status, reports.resolution_reason, reports.resolved_at_ms,
  reports.resolved_by_user_id, reports.created_at_ms, listings.name AS listing_name, listings.status AS
  listing_status, listings.publisher_id
FROM reports JOIN listings ON listings.id = reports.listing_id
WHERE reports.listing_id = %(listing_id)s::UUID AND reports.status = %(status)s::VARCHAR AND reports.id <
  %(after_id)s::UUID ORDER BY reports.id DESC
 LIMIT %(fetch)s
