-- moderation.resolve_report
--   must_touch_2 = 1
--   param_1 = 1
--   status_1 = 'open'
WITH touched AS
(UPDATE reports SET status=%(outcome)s::VARCHAR, resolution_reason=%(reason)s::VARCHAR,
  resolved_at_ms=%(now_ms)s::BIGINT, resolved_by_user_id=%(admin_user_id)s::UUID WHERE reports.id =
  %(report_id)s::UUID AND reports.status = %(status_1)s::VARCHAR RETURNING %(param_1)s::INTEGER AS one)
 SELECT must_touch(%(must_touch_2)s::INTEGER, count(*)) AS must_touch_1
FROM touched
