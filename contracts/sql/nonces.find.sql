-- nonces.find -> NonceUse
SELECT request_nonces.request_id
FROM request_nonces
WHERE request_nonces.key_id = %(key_id)s::UUID AND request_nonces.nonce = %(nonce)s::VARCHAR COLLATE "C"
