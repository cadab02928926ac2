-- installs.end_token
WITH touched AS
(UPDATE install_tokens SET status=%(new_status)s::VARCHAR, ended_at_ms=%(now_ms)s::BIGINT WHERE
  install_tokens.buyer_user_id = %(buyer)s::UUID AND install_tokens.id = %(token)s::UUID AND install_tokens.status =
  'issued' RETURNING 1 AS one)
 SELECT must_touch(1, count(*)) AS must_touch_1
FROM touched
