-- installs.overdue_intents -> NamedIntent
SELECT install_intents.buyer_user_id, install_intents.id, install_intents.listing_id, install_intents.release_id,
  releases.publisher_id
FROM install_intents JOIN releases ON releases.listing_id = install_intents.listing_id AND releases.id =
  install_intents.release_id
WHERE (install_intents.status = 'created' OR install_intents.status = 'token_issued') AND
  install_intents.expires_at_ms <= %(now_ms)s::BIGINT ORDER BY install_intents.expires_at_ms
 LIMIT %(limit)s FOR UPDATE OF install_intents SKIP LOCKED
