-- accounts.set_buyer_ref_version
WITH touched AS
(UPDATE users SET buyer_ref_version=%(new_version)s::VARCHAR WHERE users.id = ANY (%(user_ids)s::UUID[]) AND
  users.buyer_ref_version = %(old_version)s::VARCHAR RETURNING 1 AS one)
 SELECT must_touch(cardinality(%(user_ids)s::UUID[]), count(*)) AS must_touch_1
FROM touched
