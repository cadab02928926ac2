-- moderation.suspend_listing
WITH touched AS
(UPDATE listings SET status='suspended', status_before_suspension=%(old_status)s::VARCHAR,
  suspend_reason=%(reason)s::VARCHAR, suspended_at_ms=%(now_ms)s::BIGINT, reviewed_revision=%(revision)s::INTEGER,
  reviewed_at_ms=%(now_ms)s::BIGINT, updated_at_ms=%(now_ms)s::BIGINT WHERE listings.id = %(listing_id)s::UUID AND
  listings.status = %(old_status)s::VARCHAR RETURNING 1 AS one)
 SELECT must_touch(1, count(*)) AS must_touch_1
FROM touched
