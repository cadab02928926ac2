-- accounts.revoke_api_keys
WITH touched AS
(UPDATE api_keys SET revoked_at_ms=%(now_ms)s::BIGINT WHERE api_keys.id = ANY (%(api_key_ids)s::UUID[]) AND
  api_keys.revoked_at_ms IS NULL RETURNING 1 AS one)
 SELECT must_touch(cardinality(%(api_key_ids)s::UUID[]), count(*)) AS must_touch_1
FROM touched
