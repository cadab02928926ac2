-- moderation.reinstate_listing
WITH touched AS
(UPDATE listings SET status=%(new_status)s::VARCHAR, status_before_suspension=NULL, suspend_reason=NULL,
  suspended_at_ms=NULL, reviewed_revision=%(revision)s::INTEGER, reviewed_at_ms=%(now_ms)s::BIGINT,
  updated_at_ms=%(now_ms)s::BIGINT WHERE listings.id = %(listing_id)s::UUID AND listings.status = 'suspended' AND
  listings.revision = %(revision)s::INTEGER RETURNING 1 AS one)
 SELECT must_touch(1, count(*)) AS must_touch_1
FROM touched
