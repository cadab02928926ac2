-- catalog.publisher -> PublisherRow
SELECT publishers.id, publishers.handle, publishers.display_name, publishers.bio_markdown, publishers.bio_html,
  publishers.verification_status, publishers.verification_checked_at_ms
FROM publishers
WHERE publishers.id = %(publisher_id)s::UUID AND publishers.suspended_at_ms IS NULL
