-- moderation.resolve_report
WITH touched AS
(UPDATE reports SET status=%(outcome)s::VARCHAR, resolution_reason=%(reason)s::VARCHAR,
  resolved_at_ms=%(now_ms)s::BIGINT, resolved_by_user_id=%(admin_user_id)s::UUID WHERE reports.id =
  %(report_id)s::UUID AND reports.status = 'open' RETURNING 1 AS one)
 SELECT must_touch(1, count(*)) AS must_touch_1
FROM touched
