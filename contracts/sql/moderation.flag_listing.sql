-- moderation.flag_listing
WITH touched AS
(UPDATE listings SET flagged=%(is_flagged)s, flag_reason=%(reason)s::VARCHAR, reviewed_revision=%(revision)s::INTEGER,
  reviewed_at_ms=%(now_ms)s::BIGINT WHERE listings.id = %(listing_id)s::UUID AND listings.flagged = %(was_flagged)s
  RETURNING 1 AS one)
 SELECT must_touch(1, count(*)) AS must_touch_1
FROM touched
