-- retention.due.request_nonces -> tuple
SELECT request_nonces.key_id, request_nonces.nonce
FROM request_nonces
WHERE request_nonces.keep_until_ms <= %(ended_until_ms)s::BIGINT ORDER BY request_nonces.keep_until_ms
 LIMIT %(limit)s FOR UPDATE OF request_nonces SKIP LOCKED
