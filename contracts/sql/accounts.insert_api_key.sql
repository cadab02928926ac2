-- accounts.insert_api_key
INSERT INTO api_keys (id, user_id, name, scopes, secret_hash, key_version, created_at_ms, expires_at_ms) VALUES
  (%(id)s::UUID, %(user_id)s::UUID, %(name)s::VARCHAR, %(scopes)s::TEXT[], %(secret_hash)s, %(key_version)s::VARCHAR,
  %(created_at_ms)s::BIGINT, %(expires_at_ms)s::BIGINT)
