-- accounts.users.by_email -> AdminUserRow
SELECT users.id AS user_id, users.email, users.display_name, users.capabilities, users.publisher_barred,
  users.suspended_at_ms, users.suspend_reason, users.created_at_ms, publishers.id AS publisher_id
FROM users LEFT OUTER JOIN publishers ON publishers.owner_user_id = users.id
WHERE users.email_key = %(email_key)s::VARCHAR AND users.id < %(after_id)s::UUID ORDER BY users.id DESC
 LIMIT %(fetch)s
