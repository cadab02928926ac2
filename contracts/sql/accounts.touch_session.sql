-- accounts.touch_session
--   must_touch_2 = 1
--   param_1 = 1
WITH touched AS
(UPDATE sessions SET last_seen_at_ms=%(now_ms)s::BIGINT WHERE sessions.id = %(session_id)s::UUID AND
  sessions.ended_at_ms IS NULL RETURNING %(param_1)s::INTEGER AS one)
 SELECT must_touch(%(must_touch_2)s::INTEGER, count(*)) AS must_touch_1
FROM touched
