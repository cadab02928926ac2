-- accounts.admins -> AdminRow
SELECT users.id, users.email
FROM users
WHERE users.suspended_at_ms IS NULL AND 'admin' = ANY (users.capabilities) ORDER BY users.id
