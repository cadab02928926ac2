-- accounts.confirm_password
--   must_touch_2 = 1
--   param_1 = 1
WITH touched AS
(UPDATE users SET password_hash=%(password_hash)s::VARCHAR WHERE users.id = %(user_id)s::UUID AND users.password_hash
  = %(verified_hash)s::VARCHAR RETURNING %(param_1)s::INTEGER AS one)
 SELECT must_touch(%(must_touch_2)s::INTEGER, count(*)) AS must_touch_1
FROM touched
