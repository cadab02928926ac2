-- retention.due.install_intents -> tuple
--   status_1 = 'redeemed'
--   status_2 = 'expired'
--   status_3 = 'canceled'
SELECT install_intents.buyer_user_id, install_intents.id
FROM install_intents
WHERE install_intents.updated_at_ms <= %(ended_until_ms)s::BIGINT AND (install_intents.status = %(status_1)s::VARCHAR
  OR install_intents.status = %(status_2)s::VARCHAR OR install_intents.status = %(status_3)s::VARCHAR) AND NOT (EXISTS
  (SELECT *
FROM install_tokens
WHERE install_tokens.buyer_user_id = install_intents.buyer_user_id AND install_tokens.intent_id = install_intents.id))
  ORDER BY install_intents.updated_at_ms
 LIMIT %(limit)s FOR UPDATE OF install_intents SKIP LOCKED
