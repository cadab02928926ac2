-- accounts.end_sessions
WITH touched AS
(UPDATE sessions SET ended_at_ms=%(now_ms)s::BIGINT WHERE sessions.id = ANY (%(session_ids)s::UUID[]) AND
  sessions.ended_at_ms IS NULL RETURNING 1 AS one)
 SELECT must_touch(cardinality(%(session_ids)s::UUID[]), count(*)) AS must_touch_1
FROM touched
