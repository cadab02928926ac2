-- retention.due.install_intents -> tuple
SELECT install_intents.buyer_user_id, install_intents.id
FROM install_intents
WHERE install_intents.updated_at_ms <= %(ended_until_ms)s::BIGINT AND (install_intents.status = 'redeemed' OR
  install_intents.status = 'expired' OR install_intents.status = 'canceled') AND NOT (EXISTS (SELECT *
FROM install_tokens
WHERE install_tokens.buyer_user_id = install_intents.buyer_user_id AND install_tokens.intent_id = install_intents.id))
  ORDER BY install_intents.updated_at_ms
 LIMIT %(limit)s FOR UPDATE OF install_intents SKIP LOCKED
