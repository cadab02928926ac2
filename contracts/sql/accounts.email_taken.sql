-- accounts.email_taken -> Taken
SELECT 1 AS one
FROM users
WHERE users.email_key = %(email_key)s::VARCHAR
