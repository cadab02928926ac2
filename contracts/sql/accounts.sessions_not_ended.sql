-- accounts.sessions_not_ended -> OpenSession
SELECT sessions.id, sessions.user_id
FROM sessions
WHERE sessions.ended_at_ms IS NULL
 LIMIT %(limit)s
