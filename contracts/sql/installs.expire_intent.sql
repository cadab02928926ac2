-- installs.expire_intent
--   must_touch_2 = 1
--   param_1 = 'expired'
--   param_2 = 1
--   status_1 = 'created'
--   status_2 = 'token_issued'
WITH touched AS
(UPDATE install_intents SET status=%(param_1)s::VARCHAR, updated_at_ms=install_intents.expires_at_ms WHERE
  install_intents.buyer_user_id = %(buyer)s::UUID AND install_intents.id = %(intent)s::UUID AND
  (install_intents.status = %(status_1)s::VARCHAR OR install_intents.status = %(status_2)s::VARCHAR) RETURNING
  %(param_2)s::INTEGER AS one)
 SELECT must_touch(%(must_touch_2)s::INTEGER, count(*)) AS must_touch_1
FROM touched
