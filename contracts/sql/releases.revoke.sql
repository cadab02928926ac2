-- releases.revoke
WITH touched AS
(UPDATE releases SET status=%(status)s::VARCHAR, revoked_at_ms=%(revoked_at_ms)s::BIGINT,
  revoke_reason=%(revoke_reason)s::VARCHAR WHERE releases.listing_id = %(of_listing_id)s::UUID AND releases.id =
  %(release_id)s::UUID AND releases.status = 'published' RETURNING 1 AS one)
 SELECT must_touch(1, count(*)) AS must_touch_1
FROM touched
