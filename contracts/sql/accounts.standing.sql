-- accounts.standing -> StandingRow
SELECT users.capabilities, users.suspended_at_ms, EXISTS (SELECT *
FROM sessions
WHERE sessions.id = %(session_id)s::UUID AND sessions.ended_at_ms IS NULL) AS session_lives
FROM users
WHERE users.id = %(user_id)s::UUID
