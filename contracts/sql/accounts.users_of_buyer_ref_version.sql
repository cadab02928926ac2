-- accounts.users_of_buyer_ref_version -> UserId
SELECT users.id
FROM users
WHERE users.buyer_ref_version = %(key_version)s::VARCHAR
 LIMIT %(limit)s
