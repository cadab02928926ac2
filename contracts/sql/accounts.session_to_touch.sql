-- accounts.session_to_touch -> SessionRow
SELECT sessions.id, sessions.created_at_ms, sessions.last_seen_at_ms, sessions.expires_at_ms, sessions.ended_at_ms
FROM sessions
WHERE sessions.id = %(session_id)s::UUID
