-- accounts.insert_session
INSERT INTO sessions (id, user_id, secret_hash, key_version, created_at_ms, last_seen_at_ms, expires_at_ms) VALUES
  (%(id)s::UUID, %(user_id)s::UUID, %(secret_hash)s, %(key_version)s::VARCHAR COLLATE "C", %(created_at_ms)s::BIGINT,
  %(last_seen_at_ms)s::BIGINT, %(expires_at_ms)s::BIGINT)
