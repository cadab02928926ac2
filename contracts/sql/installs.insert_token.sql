-- installs.insert_token
INSERT INTO install_tokens (buyer_user_id, id, intent_id, token_hash, key_version, status, issued_at_ms,
  expires_at_ms) VALUES (%(buyer_user_id)s::UUID, %(id)s::UUID, %(intent_id)s::UUID, %(token_hash)s,
  %(key_version)s::VARCHAR, 'issued', %(issued_at_ms)s::BIGINT, %(expires_at_ms)s::BIGINT)
