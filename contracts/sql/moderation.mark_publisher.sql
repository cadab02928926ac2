-- moderation.mark_publisher
--   must_touch_2 = 1
--   param_1 = 1
WITH touched AS
(UPDATE publishers SET suspended_at_ms=%(suspended_at_ms)s::BIGINT WHERE publishers.id = %(publisher_id)s::UUID
  RETURNING %(param_1)s::INTEGER AS one)
 SELECT must_touch(%(must_touch_2)s::INTEGER, count(*)) AS must_touch_1
FROM touched
