-- moderation.mark_publisher
WITH touched AS
(UPDATE publishers SET suspended_at_ms=%(suspended_at_ms)s::BIGINT WHERE publishers.id = %(publisher_id)s::UUID
  RETURNING 1 AS one)
 SELECT must_touch(1, count(*)) AS must_touch_1
FROM touched
