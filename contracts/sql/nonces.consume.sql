-- nonces.consume
INSERT INTO request_nonces (key_id, nonce, request_id, keep_until_ms) VALUES (%(key_id)s::UUID, %(nonce)s::VARCHAR
  COLLATE "C", %(request_id)s::UUID, %(keep_until_ms)s::BIGINT)
