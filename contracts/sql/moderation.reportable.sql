-- moderation.reportable -> ReportableRow
SELECT listings.id, listings.publisher_id, listings.revision
FROM listings JOIN publishers ON publishers.id = listings.publisher_id
WHERE listings.id = %(listing_id)s::UUID AND listings.status = 'published' AND publishers.suspended_at_ms IS NULL
