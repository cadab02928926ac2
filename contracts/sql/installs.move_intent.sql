-- installs.move_intent
WITH touched AS
(UPDATE install_intents SET status=%(new_status)s::VARCHAR, current_token_id=%(new_token_id)s::UUID,
  updated_at_ms=%(now_ms)s::BIGINT WHERE install_intents.buyer_user_id = %(buyer)s::UUID AND install_intents.id =
  %(intent)s::UUID AND install_intents.status = %(old_status)s::VARCHAR AND install_intents.current_token_id IS NOT
  DISTINCT FROM %(old_token_id)s::UUID RETURNING 1 AS one)
 SELECT must_touch(1, count(*)) AS must_touch_1
FROM touched
