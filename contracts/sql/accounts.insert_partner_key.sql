-- accounts.insert_partner_key
INSERT INTO partner_keys (id, target_system, label, salt, key_version, status, created_at_ms) VALUES (%(id)s::UUID,
  %(target_system)s::VARCHAR, %(label)s::VARCHAR, %(salt)s, %(key_version)s::VARCHAR, %(status)s::VARCHAR,
  %(created_at_ms)s::BIGINT)
