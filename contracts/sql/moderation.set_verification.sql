-- moderation.set_verification
WITH touched AS
(UPDATE publishers SET verification_status=%(new_status)s::VARCHAR,
  verification_checked_at_ms=%(checked_at_ms)s::BIGINT, updated_at_ms=%(now_ms)s::BIGINT WHERE publishers.id =
  %(publisher_id)s::UUID AND publishers.verification_status = %(old_status)s::VARCHAR RETURNING 1 AS one)
 SELECT must_touch(1, count(*)) AS must_touch_1
FROM touched
