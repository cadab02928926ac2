-- accounts.sessions_not_ended.of_version -> OpenSession
SELECT sessions.id, sessions.user_id
FROM sessions
WHERE sessions.ended_at_ms IS NULL AND sessions.key_version = %(key_version)s::VARCHAR COLLATE "C"
 LIMIT %(limit)s
