-- installs.end_token
--   must_touch_2 = 1
--   param_1 = 1
--   status_1 = 'issued'
WITH touched AS
(UPDATE install_tokens SET status=%(new_status)s::VARCHAR, ended_at_ms=%(now_ms)s::BIGINT WHERE
  install_tokens.buyer_user_id = %(buyer)s::UUID AND install_tokens.id = %(token)s::UUID AND install_tokens.status =
  %(status_1)s::VARCHAR RETURNING %(param_1)s::INTEGER AS one)
 SELECT must_touch(%(must_touch_2)s::INTEGER, count(*)) AS must_touch_1
FROM touched
