-- moderation.user -> JudgedUserRow
SELECT users.id AS user_id, users.email, users.display_name, users.capabilities, users.publisher_barred,
  users.suspended_at_ms, users.suspend_reason, users.created_at_ms, publishers.id AS publisher_id, EXISTS (SELECT *
FROM users AS actor
WHERE actor.id = %(actor_user_id)s::UUID AND actor.suspended_at_ms IS NULL AND 'admin' = ANY (actor.capabilities)) AS
  actor_is_admin
FROM users LEFT OUTER JOIN publishers ON publishers.owner_user_id = users.id
WHERE users.id = %(user_id)s::UUID
