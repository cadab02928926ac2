-- accounts.revoke_partner_key
WITH touched AS
(UPDATE partner_keys SET status='revoked', revoked_at_ms=%(now_ms)s::BIGINT WHERE partner_keys.id =
  %(partner_key_id)s::UUID AND partner_keys.status = 'active' RETURNING 1 AS one)
 SELECT must_touch(1, count(*)) AS must_touch_1
FROM touched
