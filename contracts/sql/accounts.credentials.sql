-- accounts.credentials -> CredentialsRow
SELECT users.id AS user_id, users.email, users.display_name, users.capabilities, users.password_hash,
  users.suspended_at_ms, array((SELECT sessions.id
FROM sessions
WHERE sessions.user_id = users.id AND sessions.ended_at_ms IS NULL AND sessions.expires_at_ms > %(now_ms)s::BIGINT AND
  sessions.last_seen_at_ms > %(idle_since_ms)s::BIGINT AND sessions.id IS DISTINCT FROM %(kept_session_id)s::UUID
  ORDER BY sessions.id)) AS other_session_ids
FROM users
WHERE users.id = %(user_id)s::UUID
