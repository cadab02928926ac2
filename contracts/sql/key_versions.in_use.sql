-- key_versions.in_use -> KeysInUse
WITH RECURSIVE install_tokens_versions(version) AS
(SELECT min(install_tokens.key_version) AS version
FROM install_tokens
WHERE install_tokens.status = 'issued' UNION ALL SELECT (SELECT min(install_tokens.key_version) AS min_1
FROM install_tokens
WHERE install_tokens.key_version > install_tokens_versions.version AND install_tokens.status = 'issued') AS anon_1
FROM install_tokens_versions
WHERE install_tokens_versions.version IS NOT NULL),
sessions_versions(version) AS
(SELECT min(sessions.key_version) AS version
FROM sessions
WHERE sessions.ended_at_ms IS NULL UNION ALL SELECT (SELECT min(sessions.key_version) AS min_2
FROM sessions
WHERE sessions.key_version > sessions_versions.version AND sessions.ended_at_ms IS NULL) AS anon_2
FROM sessions_versions
WHERE sessions_versions.version IS NOT NULL),
users_versions(version) AS
(SELECT min(users.buyer_ref_version) AS version
FROM users UNION ALL SELECT (SELECT min(users.buyer_ref_version) AS min_3
FROM users
WHERE users.buyer_ref_version > users_versions.version) AS anon_3
FROM users_versions
WHERE users_versions.version IS NOT NULL),
idempotency_keys_versions(version) AS
(SELECT min(idempotency_keys.key_version) AS version
FROM idempotency_keys UNION ALL SELECT (SELECT min(idempotency_keys.key_version) AS min_4
FROM idempotency_keys
WHERE idempotency_keys.key_version > idempotency_keys_versions.version) AS anon_4
FROM idempotency_keys_versions
WHERE idempotency_keys_versions.version IS NOT NULL)
 SELECT array((SELECT install_tokens_versions.version
FROM install_tokens_versions
WHERE install_tokens_versions.version IS NOT NULL)) AS install_tokens, array((SELECT DISTINCT partner_keys.key_version
FROM partner_keys
WHERE partner_keys.status = 'active' ORDER BY partner_keys.key_version)) AS partner_keys, array((SELECT
  sessions_named.version
FROM (SELECT sessions_versions.version AS version
FROM sessions_versions
WHERE sessions_versions.version IS NOT NULL) AS sessions_named
WHERE EXISTS (SELECT *
FROM sessions
WHERE sessions.key_version = sessions_named.version AND sessions.expires_at_ms > %(now_ms)s::BIGINT AND
  sessions.ended_at_ms IS NULL))) AS sessions, array((SELECT users_versions.version
FROM users_versions
WHERE users_versions.version IS NOT NULL)) AS users, array((SELECT idempotency_keys_named.version
FROM (SELECT idempotency_keys_versions.version AS version
FROM idempotency_keys_versions
WHERE idempotency_keys_versions.version IS NOT NULL) AS idempotency_keys_named
WHERE EXISTS (SELECT *
FROM idempotency_keys
WHERE idempotency_keys.key_version = idempotency_keys_named.version AND idempotency_keys.expires_at_ms >
  %(now_ms)s::BIGINT))) AS idempotency_keys, array((SELECT key_versions.version
FROM key_versions ORDER BY key_versions.version)) AS recorded, array((SELECT key_versions.fingerprint
FROM key_versions ORDER BY key_versions.version)) AS fingerprints, (SELECT min(key_versions.first_seen_at_ms) AS min_5
FROM key_versions) AS first_seen_at_ms
