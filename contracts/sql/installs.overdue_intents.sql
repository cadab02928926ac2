-- installs.overdue_intents -> Overdue
--   status_1 = 'created'
--   status_2 = 'token_issued'
SELECT install_intents.buyer_user_id, install_intents.id, install_intents.listing_id, install_intents.release_id,
  releases.publisher_id
FROM install_intents JOIN releases ON releases.listing_id = install_intents.listing_id AND releases.id =
  install_intents.release_id
WHERE (install_intents.status = %(status_1)s::VARCHAR OR install_intents.status = %(status_2)s::VARCHAR) AND
  install_intents.expires_at_ms <= %(now_ms)s::BIGINT ORDER BY install_intents.expires_at_ms
 LIMIT %(limit)s FOR UPDATE OF install_intents SKIP LOCKED
