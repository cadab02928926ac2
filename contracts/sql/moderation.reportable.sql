-- moderation.reportable -> ReportableRow
--   status_1 = 'published'
SELECT listings.id, listings.publisher_id, listings.revision
FROM listings JOIN publishers ON publishers.id = listings.publisher_id
WHERE listings.id = %(listing_id)s::UUID AND listings.status = %(status_1)s::VARCHAR AND publishers.suspended_at_ms IS
  NULL
