-- accounts.insert_user
INSERT INTO users (id, external_id, email, email_key, display_name, password_hash, capabilities, buyer_ref_version,
  created_at_ms, updated_at_ms) VALUES (%(id)s::UUID, %(external_id)s::VARCHAR, %(email)s::VARCHAR,
  %(email_key)s::VARCHAR, %(display_name)s::VARCHAR, %(password_hash)s::VARCHAR, %(capabilities)s::TEXT[],
  %(buyer_ref_version)s::VARCHAR, %(created_at_ms)s::BIGINT, %(updated_at_ms)s::BIGINT)
