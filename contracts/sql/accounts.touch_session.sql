-- accounts.touch_session
WITH touched AS
(UPDATE sessions SET last_seen_at_ms=%(now_ms)s::BIGINT WHERE sessions.id = %(session_id)s::UUID AND
  sessions.ended_at_ms IS NULL RETURNING 1 AS one)
 SELECT must_touch(1, count(*)) AS must_touch_1
FROM touched
