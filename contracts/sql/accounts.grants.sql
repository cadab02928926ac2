-- accounts.grants -> GrantsRow
SELECT users.capabilities
FROM users
WHERE users.id = %(user_id)s::UUID
