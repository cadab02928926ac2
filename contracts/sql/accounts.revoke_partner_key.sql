-- accounts.revoke_partner_key
--   must_touch_2 = 1
--   param_1 = 'revoked'
--   param_2 = 1
--   status_1 = 'active'
WITH touched AS
(UPDATE partner_keys SET status=%(param_1)s::VARCHAR, revoked_at_ms=%(now_ms)s::BIGINT WHERE partner_keys.id =
  %(partner_key_id)s::UUID AND partner_keys.status = %(status_1)s::VARCHAR RETURNING %(param_2)s::INTEGER AS one)
 SELECT must_touch(%(must_touch_2)s::INTEGER, count(*)) AS must_touch_1
FROM touched
