-- retention.delete.install_tokens
WITH touched AS
(DELETE FROM install_tokens WHERE (install_tokens.buyer_user_id, install_tokens.id) IN (SELECT anon_1.buyer_user_id,
  anon_1.id
FROM unnest(%(buyer_user_id_list)s::UUID[], %(id_list)s::UUID[]) AS anon_1(buyer_user_id, id)) RETURNING 1 AS one)
 SELECT must_touch(cardinality(%(buyer_user_id_list)s::UUID[]), count(*)) AS must_touch_1
FROM touched
