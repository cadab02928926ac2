-- installs.expire_intent
WITH touched AS
(UPDATE install_intents SET status='expired', updated_at_ms=install_intents.expires_at_ms WHERE
  install_intents.buyer_user_id = %(buyer)s::UUID AND install_intents.id = %(intent)s::UUID AND
  (install_intents.status = 'created' OR install_intents.status = 'token_issued') RETURNING 1 AS one)
 SELECT must_touch(1, count(*)) AS must_touch_1
FROM touched
