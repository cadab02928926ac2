-- accounts.me -> MeRow
SELECT publishers.id AS publisher_id, publishers.handle, publishers.display_name, publishers.bio_markdown,
  publishers.bio_html, publishers.bio_policy, publishers.verification_status, publishers.verification_checked_at_ms,
  users.id AS user_id, users.email, users.display_name AS user_name, users.capabilities
FROM users LEFT OUTER JOIN publishers ON publishers.owner_user_id = users.id
WHERE users.id = %(user_id)s::UUID
