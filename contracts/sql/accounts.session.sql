-- accounts.session -> SignedInRow
SELECT sessions.id AS session_id, sessions.last_seen_at_ms, sessions.created_at_ms, sessions.expires_at_ms, users.id
  AS user_id, users.capabilities, publishers.id AS publisher_id
FROM sessions JOIN users ON users.id = sessions.user_id LEFT OUTER JOIN publishers ON publishers.owner_user_id =
  users.id
WHERE sessions.secret_hash = %(secret_hash)s AND sessions.ended_at_ms IS NULL AND users.suspended_at_ms IS NULL
