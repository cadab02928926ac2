-- retention.delete.idempotency_keys
WITH touched AS
(DELETE FROM idempotency_keys WHERE (idempotency_keys.caller, idempotency_keys.operation, idempotency_keys.key) IN
  (SELECT anon_1.caller, anon_1.operation, anon_1.key
FROM unnest(%(caller_list)s::TEXT[] COLLATE "C", %(operation_list)s::TEXT[] COLLATE "C", %(key_list)s::TEXT[] COLLATE
  "C") AS anon_1(caller, operation, key)) RETURNING 1 AS one)
 SELECT must_touch(cardinality(%(caller_list)s::TEXT[] COLLATE "C"), count(*)) AS must_touch_1
FROM touched
