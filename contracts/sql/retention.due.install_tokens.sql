-- retention.due.install_tokens -> tuple
SELECT install_tokens.buyer_user_id, install_tokens.id
FROM install_tokens
WHERE install_tokens.ended_at_ms <= %(ended_until_ms)s::BIGINT AND install_tokens.status != 'issued' ORDER BY
  install_tokens.ended_at_ms
 LIMIT %(limit)s FOR UPDATE OF install_tokens SKIP LOCKED
