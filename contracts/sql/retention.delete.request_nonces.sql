-- retention.delete.request_nonces
WITH touched AS
(DELETE FROM request_nonces WHERE (request_nonces.key_id, request_nonces.nonce) IN (SELECT anon_1.key_id, anon_1.nonce
FROM unnest(%(key_id_list)s::UUID[], %(nonce_list)s::TEXT[] COLLATE "C") AS anon_1(key_id, nonce)) RETURNING 1 AS one)
 SELECT must_touch(cardinality(%(key_id_list)s::UUID[]), count(*)) AS must_touch_1
FROM touched
