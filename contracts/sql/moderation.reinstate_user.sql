-- moderation.reinstate_user
--   must_touch_2 = 1
--   param_1 = 1
WITH touched AS
(UPDATE users SET suspended_at_ms=NULL, suspend_reason=NULL, updated_at_ms=%(now_ms)s::BIGINT WHERE users.id =
  %(user_id)s::UUID AND users.suspended_at_ms IS NOT NULL RETURNING %(param_1)s::INTEGER AS one)
 SELECT must_touch(%(must_touch_2)s::INTEGER, count(*)) AS must_touch_1
FROM touched
