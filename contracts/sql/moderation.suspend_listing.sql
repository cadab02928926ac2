-- moderation.suspend_listing
--   must_touch_2 = 1
--   param_1 = 'suspended'
--   param_2 = 1
WITH touched AS
(UPDATE listings SET status=%(param_1)s::VARCHAR, status_before_suspension=%(old_status)s::VARCHAR,
  suspend_reason=%(reason)s::VARCHAR, suspended_at_ms=%(now_ms)s::BIGINT, updated_at_ms=%(now_ms)s::BIGINT WHERE
  listings.id = %(listing_id)s::UUID AND listings.status = %(old_status)s::VARCHAR RETURNING %(param_2)s::INTEGER AS
  one)
 SELECT must_touch(%(must_touch_2)s::INTEGER, count(*)) AS must_touch_1
FROM touched
