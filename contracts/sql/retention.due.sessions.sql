-- retention.due.sessions -> tuple
SELECT sessions.id
FROM sessions
WHERE sessions.expires_at_ms <= %(ended_until_ms)s::BIGINT ORDER BY sessions.expires_at_ms
 LIMIT %(limit)s FOR UPDATE OF sessions SKIP LOCKED
