-- moderation.publisher -> AdminPublisherRow
SELECT publishers.id AS publisher_id, publishers.handle, publishers.display_name, publishers.bio_markdown,
  publishers.bio_html, publishers.bio_policy, publishers.verification_status, publishers.verification_checked_at_ms,
  publishers.suspended_at_ms, publishers.created_at_ms, publishers.updated_at_ms, users.id AS user_id, users.email,
  users.display_name AS user_name, users.capabilities, users.publisher_barred, users.suspended_at_ms AS
  user_suspended_at_ms, users.suspend_reason, users.created_at_ms AS user_created_at_ms
FROM publishers JOIN users ON users.id = publishers.owner_user_id
WHERE publishers.id = %(publisher_id)s::UUID
