-- retention.due.idempotency_keys -> tuple
SELECT idempotency_keys.caller, idempotency_keys.operation, idempotency_keys.key
FROM idempotency_keys
WHERE idempotency_keys.expires_at_ms <= %(ended_until_ms)s::BIGINT ORDER BY idempotency_keys.expires_at_ms
 LIMIT %(limit)s FOR UPDATE OF idempotency_keys SKIP LOCKED
