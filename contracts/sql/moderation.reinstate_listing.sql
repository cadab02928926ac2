-- moderation.reinstate_listing
--   must_touch_2 = 1
--   param_1 = 1
--   status_1 = 'suspended'
WITH touched AS
(UPDATE listings SET status=%(new_status)s::VARCHAR, status_before_suspension=NULL, suspend_reason=NULL,
  suspended_at_ms=NULL, updated_at_ms=%(now_ms)s::BIGINT WHERE listings.id = %(listing_id)s::UUID AND listings.status
  = %(status_1)s::VARCHAR AND listings.revision = %(reviewed_revision)s::INTEGER RETURNING %(param_1)s::INTEGER AS
  one)
 SELECT must_touch(%(must_touch_2)s::INTEGER, count(*)) AS must_touch_1
FROM touched
