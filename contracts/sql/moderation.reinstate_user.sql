-- moderation.reinstate_user
WITH touched AS
(UPDATE users SET suspended_at_ms=NULL, suspend_reason=NULL, updated_at_ms=%(now_ms)s::BIGINT WHERE users.id =
  %(user_id)s::UUID AND users.suspended_at_ms IS NOT NULL RETURNING 1 AS one)
 SELECT must_touch(1, count(*)) AS must_touch_1
FROM touched
