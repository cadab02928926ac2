-- accounts.set_capabilities
--   must_touch_2 = 1
--   param_1 = 1
WITH touched AS
(UPDATE users SET capabilities=%(capabilities)s::TEXT[], publisher_barred=%(publisher_barred)s,
  updated_at_ms=%(now_ms)s::BIGINT WHERE users.id = %(user_id)s::UUID RETURNING %(param_1)s::INTEGER AS one)
 SELECT must_touch(%(must_touch_2)s::INTEGER, count(*)) AS must_touch_1
FROM touched
