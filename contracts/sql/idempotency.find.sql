-- idempotency.find -> Record
SELECT idempotency_keys.fingerprint, idempotency_keys.key_version, idempotency_keys.status, idempotency_keys.body,
  idempotency_keys.etag, idempotency_keys.secret, idempotency_keys.request_id, idempotency_keys.expires_at_ms
FROM idempotency_keys
WHERE idempotency_keys.caller = %(caller)s::VARCHAR COLLATE "C" AND idempotency_keys.operation =
  %(operation)s::VARCHAR COLLATE "C" AND idempotency_keys.key = %(key)s::VARCHAR COLLATE "C"
