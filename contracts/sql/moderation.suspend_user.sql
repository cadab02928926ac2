-- moderation.suspend_user
--   must_touch_2 = 1
--   param_1 = 1
WITH touched AS
(UPDATE users SET suspended_at_ms=%(now_ms)s::BIGINT, suspend_reason=%(reason)s::VARCHAR,
  updated_at_ms=%(now_ms)s::BIGINT WHERE users.id = %(user_id)s::UUID AND users.suspended_at_ms IS NULL RETURNING
  %(param_1)s::INTEGER AS one)
 SELECT must_touch(%(must_touch_2)s::INTEGER, count(*)) AS must_touch_1
FROM touched
