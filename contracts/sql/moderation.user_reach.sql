-- moderation.user_reach -> UserReachRow
SELECT users.id AS user_id, users.email, users.display_name, users.capabilities, users.publisher_barred,
  users.suspended_at_ms, users.suspend_reason, users.created_at_ms, publishers.id AS publisher_id, publishers.handle,
  publishers.display_name AS publisher_name, (SELECT count(*) AS count_1
FROM sessions
WHERE sessions.user_id = users.id AND sessions.ended_at_ms IS NULL AND sessions.expires_at_ms > %(now_ms)s::BIGINT AND
  sessions.last_seen_at_ms > %(idle_since_ms)s::BIGINT) AS sessions, (SELECT count(*) AS count_2
FROM api_keys
WHERE api_keys.user_id = users.id AND api_keys.revoked_at_ms IS NULL AND api_keys.expires_at_ms > %(now_ms)s::BIGINT)
  AS api_keys, (SELECT count(*) AS count_3
FROM install_intents
WHERE (install_intents.status = 'created' OR install_intents.status = 'token_issued') AND
  install_intents.expires_at_ms > %(now_ms)s::BIGINT AND install_intents.buyer_user_id = users.id) AS open_intents,
  (SELECT count(*) AS count_4
FROM listings
WHERE listings.publisher_id = publishers.id AND listings.status = 'published') AS published_listings, (SELECT count(*)
  AS count_5
FROM install_intents, listings
WHERE (install_intents.status = 'created' OR install_intents.status = 'token_issued') AND
  install_intents.expires_at_ms > %(now_ms)s::BIGINT AND install_intents.listing_id = listings.id AND
  listings.publisher_id = publishers.id) AS open_intents_on_listings
FROM users LEFT OUTER JOIN publishers ON publishers.owner_user_id = users.id
WHERE users.id = %(user_id)s::UUID
