-- accounts.email_taken -> Taken
--   param_1 = 1
SELECT %(param_1)s::INTEGER AS one
FROM users
WHERE users.email_key = %(email_key)s::VARCHAR
