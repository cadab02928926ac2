-- installs.issued_tokens -> IssuedToken
SELECT install_tokens.buyer_user_id, install_intents.id, install_intents.listing_id, install_intents.release_id,
  releases.publisher_id, install_tokens.id AS token_id, install_tokens.expires_at_ms AS token_expires_at_ms
FROM install_tokens JOIN install_intents ON install_intents.buyer_user_id = install_tokens.buyer_user_id AND
  install_intents.id = install_tokens.intent_id JOIN releases ON releases.listing_id = install_intents.listing_id AND
  releases.id = install_intents.release_id
WHERE install_tokens.status = 'issued' ORDER BY install_tokens.expires_at_ms
 LIMIT %(limit)s
