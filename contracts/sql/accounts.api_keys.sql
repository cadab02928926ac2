-- accounts.api_keys -> ApiKeyRow
SELECT api_keys.id, api_keys.name, api_keys.scopes, api_keys.created_at_ms, api_keys.expires_at_ms,
  api_keys.revoked_at_ms
FROM api_keys
WHERE api_keys.user_id = %(user_id)s::UUID AND api_keys.id < %(after_id)s::UUID ORDER BY api_keys.id DESC
 LIMIT %(fetch)s
