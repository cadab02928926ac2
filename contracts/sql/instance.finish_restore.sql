-- instance.finish_restore
WITH touched AS
(UPDATE instance SET restored_at_ms=%(now_ms)s::BIGINT, unfinished_restore=NULL WHERE instance.unfinished_restore =
  %(event)s::UUID RETURNING 1 AS one)
 SELECT must_touch(1, count(*)) AS must_touch_1
FROM touched
