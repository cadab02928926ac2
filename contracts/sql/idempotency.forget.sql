-- idempotency.forget
WITH touched AS
(UPDATE idempotency_keys SET fingerprint=%(fits_nothing)s, key_version=%(new_version)s::VARCHAR, body=%(no_body)s,
  secret=NULL WHERE (idempotency_keys.caller, idempotency_keys.operation, idempotency_keys.key) IN (SELECT
  anon_1.caller, anon_1.operation, anon_1.key
FROM unnest(%(callers)s::TEXT[], %(operations)s::TEXT[], %(keys)s::TEXT[]) AS anon_1(caller, operation, key))
  RETURNING 1 AS one)
 SELECT must_touch(cardinality(%(callers)s::TEXT[]), count(*)) AS must_touch_1
FROM touched
