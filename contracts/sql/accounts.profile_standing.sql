-- accounts.profile_standing -> StandingRow
SELECT publishers.id AS publisher_id, publishers.handle, publishers.display_name, publishers.bio_markdown,
  publishers.bio_html, publishers.bio_policy, publishers.verification_status, publishers.verification_checked_at_ms,
  users.capabilities, users.publisher_barred, users.suspended_at_ms, EXISTS (SELECT others.id
FROM publishers AS others
WHERE others.handle = %(wanted_handle)s::VARCHAR AND others.owner_user_id != users.id) AS handle_taken, array((SELECT
  sessions.id
FROM sessions
WHERE sessions.user_id = users.id AND sessions.ended_at_ms IS NULL AND sessions.expires_at_ms > %(now_ms)s::BIGINT AND
  sessions.last_seen_at_ms > %(idle_since_ms)s::BIGINT AND sessions.id IS DISTINCT FROM %(kept_session_id)s::UUID
  ORDER BY sessions.id)) AS other_session_ids
FROM users LEFT OUTER JOIN publishers ON publishers.owner_user_id = users.id
WHERE users.id = %(user_id)s::UUID
