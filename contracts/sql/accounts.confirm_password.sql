-- accounts.confirm_password
WITH touched AS
(UPDATE users SET password_hash=%(password_hash)s::VARCHAR WHERE users.id = %(user_id)s::UUID AND users.password_hash
  = %(verified_hash)s::VARCHAR RETURNING 1 AS one)
 SELECT must_touch(1, count(*)) AS must_touch_1
FROM touched
