-- moderation.events.since.until -> EventRow
SELECT audit_events.id, audit_events.type, audit_events.actor_type, audit_events.actor_id, audit_events.publisher_id,
  audit_events.listing_id, audit_events.release_id, audit_events.install_intent_id, audit_events.created_at_ms,
  audit_events.request_id, audit_events.cause_event_id, audit_events.summary, audit_events.details, coalesce((SELECT
  users.display_name
FROM users
WHERE users.id = audit_events.actor_id), (SELECT coalesce(partner_keys.label, partner_keys.target_system) AS
  coalesce_1
FROM partner_keys
WHERE partner_keys.id = audit_events.actor_id)) AS actor_name, (SELECT publishers.handle
FROM publishers
WHERE publishers.id = audit_events.publisher_id) AS publisher_handle, (SELECT listings.name
FROM listings
WHERE listings.id = audit_events.listing_id) AS listing_name, (SELECT releases.version
FROM releases
WHERE releases.listing_id = audit_events.listing_id AND releases.id = audit_events.release_id) AS release_version
FROM audit_events
WHERE audit_events.created_at_ms >= %(since_ms)s::BIGINT AND audit_events.created_at_ms <= %(until_ms)s::BIGINT AND
  audit_events.id < %(after_id)s::UUID AND audit_events.id >= (SELECT first.id
FROM (SELECT near.id AS id
FROM audit_events AS near
WHERE near.created_at_ms >= %(since_ms)s::BIGINT ORDER BY near.created_at_ms, near.id
 LIMIT 10000) AS first ORDER BY first.id
 LIMIT 1) AND audit_events.id <= (SELECT last.id
FROM (SELECT near.id AS id
FROM audit_events AS near
WHERE near.created_at_ms <= %(until_ms)s::BIGINT ORDER BY near.created_at_ms DESC, near.id DESC
 LIMIT 10000) AS last ORDER BY last.id DESC
 LIMIT 1) ORDER BY audit_events.id DESC
 LIMIT %(fetch)s
