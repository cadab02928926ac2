-- idempotency.naming -> _Scope
SELECT idempotency_keys.caller, idempotency_keys.operation, idempotency_keys.key
FROM idempotency_keys
WHERE idempotency_keys.key_version = %(key_version)s::VARCHAR AND idempotency_keys.expires_at_ms > %(now_ms)s::BIGINT
  ORDER BY idempotency_keys.expires_at_ms
 LIMIT %(limit)s FOR UPDATE SKIP LOCKED
