-- accounts.profile -> ProfileRow
SELECT publishers.id AS publisher_id, publishers.handle, publishers.display_name, publishers.bio_markdown,
  publishers.bio_html, publishers.bio_policy, publishers.verification_status, publishers.verification_checked_at_ms
FROM publishers
WHERE publishers.owner_user_id = %(user_id)s::UUID
