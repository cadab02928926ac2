-- accounts.whole_account -> WholeAccountRow
SELECT users.id AS user_id, users.email, users.display_name, users.capabilities, users.suspended_at_ms, array((SELECT
  sessions.id
FROM sessions
WHERE sessions.user_id = users.id AND sessions.ended_at_ms IS NULL AND sessions.expires_at_ms > %(now_ms)s::BIGINT AND
  sessions.last_seen_at_ms > %(idle_since_ms)s::BIGINT AND sessions.id IS DISTINCT FROM %(kept_session_id)s::UUID
  ORDER BY sessions.id)) AS session_ids, array((SELECT api_keys.id
FROM api_keys
WHERE api_keys.user_id = users.id AND api_keys.revoked_at_ms IS NULL ORDER BY api_keys.id)) AS api_key_ids
FROM users
WHERE users.email_key = %(email_key)s::VARCHAR
