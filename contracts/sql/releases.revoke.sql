-- releases.revoke
--   must_touch_2 = 1
--   param_1 = 1
WITH touched AS
(UPDATE releases SET status=%(status)s::VARCHAR, revoked_at_ms=%(revoked_at_ms)s::BIGINT,
  revoke_reason=%(revoke_reason)s::VARCHAR WHERE releases.listing_id = %(of_listing_id)s::UUID AND releases.id =
  %(release_id)s::UUID AND releases.status = 'published' RETURNING %(param_1)s::INTEGER AS one)
 SELECT must_touch(%(must_touch_2)s::INTEGER, count(*)) AS must_touch_1
FROM touched
