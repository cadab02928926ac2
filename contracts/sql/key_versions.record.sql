-- key_versions.record
INSERT INTO key_versions (version, fingerprint, first_seen_at_ms) VALUES (%(version)s::VARCHAR COLLATE "C",
  %(fingerprint)s::VARCHAR COLLATE "C", %(first_seen_at_ms)s::BIGINT)
