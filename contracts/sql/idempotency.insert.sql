-- idempotency.insert
INSERT INTO idempotency_keys (caller, operation, key, fingerprint, key_version, status, body, etag, secret,
  request_id, created_at_ms, expires_at_ms) VALUES (%(caller)s::VARCHAR COLLATE "C", %(operation)s::VARCHAR COLLATE
  "C", %(key)s::VARCHAR COLLATE "C", %(fingerprint)s, %(key_version)s::VARCHAR, %(status)s::SMALLINT, %(body)s,
  %(etag)s::VARCHAR, %(secret)s::JSONB, %(request_id)s::UUID, %(created_at_ms)s::BIGINT, %(expires_at_ms)s::BIGINT)
