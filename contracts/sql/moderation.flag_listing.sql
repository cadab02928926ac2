-- moderation.flag_listing
--   must_touch_2 = 1
--   param_1 = 1
WITH touched AS
(UPDATE listings SET flagged=%(is_flagged)s, flag_reason=%(reason)s::VARCHAR WHERE listings.id = %(listing_id)s::UUID
  AND listings.flagged = %(was_flagged)s RETURNING %(param_1)s::INTEGER AS one)
 SELECT must_touch(%(must_touch_2)s::INTEGER, count(*)) AS must_touch_1
FROM touched
