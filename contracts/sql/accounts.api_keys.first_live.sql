-- accounts.api_keys.first_live -> ApiKeyOfUser
SELECT api_keys.id, api_keys.user_id, api_keys.name
FROM api_keys
WHERE api_keys.revoked_at_ms IS NULL AND api_keys.expires_at_ms > %(now_ms)s::BIGINT ORDER BY api_keys.id
 LIMIT %(fetch)s
