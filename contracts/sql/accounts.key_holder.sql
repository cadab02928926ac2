-- accounts.key_holder -> KeyHolderRow
SELECT api_keys.secret_hash, api_keys.scopes, api_keys.expires_at_ms, users.id AS user_id, users.capabilities,
  publishers.id AS publisher_id
FROM api_keys JOIN users ON users.id = api_keys.user_id LEFT OUTER JOIN publishers ON publishers.owner_user_id =
  users.id
WHERE api_keys.id = %(api_key_id)s::UUID AND api_keys.revoked_at_ms IS NULL AND users.suspended_at_ms IS NULL
