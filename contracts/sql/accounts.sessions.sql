-- accounts.sessions -> SessionRow
SELECT sessions.id, sessions.created_at_ms, sessions.last_seen_at_ms, sessions.expires_at_ms, sessions.ended_at_ms
FROM sessions
WHERE sessions.user_id = %(user_id)s::UUID AND sessions.ended_at_ms IS NULL AND sessions.expires_at_ms >
  %(now_ms)s::BIGINT AND sessions.created_at_ms > %(created_after_ms)s::BIGINT AND sessions.last_seen_at_ms >
  %(seen_after_ms)s::BIGINT AND sessions.id < %(after_id)s::UUID ORDER BY sessions.id DESC
 LIMIT %(fetch)s
