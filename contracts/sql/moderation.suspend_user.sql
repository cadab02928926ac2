-- moderation.suspend_user
WITH touched AS
(UPDATE users SET suspended_at_ms=%(now_ms)s::BIGINT, suspend_reason=%(reason)s::VARCHAR,
  updated_at_ms=%(now_ms)s::BIGINT WHERE users.id = %(user_id)s::UUID AND users.suspended_at_ms IS NULL RETURNING 1 AS
  one)
 SELECT must_touch(1, count(*)) AS must_touch_1
FROM touched
