-- accounts.capable_user -> CapableUserRow
SELECT users.id AS user_id, users.email, users.display_name, users.capabilities, users.publisher_barred,
  users.suspended_at_ms, users.suspend_reason, users.created_at_ms, publishers.id AS publisher_id, EXISTS (SELECT *
FROM users AS actor
WHERE actor.id = %(actor_user_id)s::UUID AND actor.suspended_at_ms IS NULL AND 'admin' = ANY (actor.capabilities)) AS
  actor_is_admin, array((SELECT sessions.id
FROM sessions
WHERE sessions.user_id = users.id AND sessions.ended_at_ms IS NULL AND sessions.expires_at_ms > %(now_ms)s::BIGINT AND
  sessions.last_seen_at_ms > %(idle_since_ms)s::BIGINT AND sessions.id IS DISTINCT FROM %(kept_session_id)s::UUID
  ORDER BY sessions.id)) AS other_session_ids, array((SELECT sessions.id
FROM sessions
WHERE sessions.user_id = users.id AND sessions.ended_at_ms IS NULL AND sessions.expires_at_ms > %(now_ms)s::BIGINT AND
  sessions.last_seen_at_ms > %(idle_since_ms)s::BIGINT AND (sessions.created_at_ms <= %(lapsed_created_ms)s::BIGINT OR
  sessions.last_seen_at_ms <= %(lapsed_seen_ms)s::BIGINT) ORDER BY sessions.id)) AS lapsed_session_ids
FROM users LEFT OUTER JOIN publishers ON publishers.owner_user_id = users.id
WHERE users.id = %(user_id)s::UUID
