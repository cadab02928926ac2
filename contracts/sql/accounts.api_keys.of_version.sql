-- accounts.api_keys.of_version -> ApiKeyOfUser
SELECT api_keys.id, api_keys.user_id, api_keys.name
FROM api_keys
WHERE api_keys.revoked_at_ms IS NULL AND api_keys.key_version = %(key_version)s::VARCHAR AND api_keys.created_at_ms >
  %(created_after_ms)s::BIGINT ORDER BY api_keys.id
