-- accounts.account_by_email -> AccountRow
SELECT users.id AS user_id, users.email, users.display_name, users.capabilities, users.password_hash,
  users.suspended_at_ms
FROM users
WHERE users.email_key = %(email_key)s::VARCHAR
