-- idempotency.replace_expired
WITH touched AS
(UPDATE idempotency_keys SET fingerprint=%(fingerprint)s, key_version=%(key_version)s::VARCHAR,
  status=%(status)s::SMALLINT, body=%(body)s, etag=%(etag)s::VARCHAR, secret=%(secret)s::JSONB,
  request_id=%(request_id)s::UUID, created_at_ms=%(created_at_ms)s::BIGINT, expires_at_ms=%(expires_at_ms)s::BIGINT
  WHERE idempotency_keys.caller = %(scope_caller)s::VARCHAR COLLATE "C" AND idempotency_keys.operation =
  %(scope_operation)s::VARCHAR COLLATE "C" AND idempotency_keys.key = %(scope_key)s::VARCHAR COLLATE "C" AND
  idempotency_keys.expires_at_ms = %(old_expires_at_ms)s::BIGINT RETURNING 1 AS one)
 SELECT must_touch(1, count(*)) AS must_touch_1
FROM touched
