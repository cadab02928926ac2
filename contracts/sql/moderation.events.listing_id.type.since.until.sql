-- moderation.events.listing_id.type.since.until -> EventRow
SELECT scanned.id, scanned.type, scanned.actor_type, scanned.actor_id, scanned.publisher_id, scanned.listing_id,
  scanned.release_id, scanned.install_intent_id, scanned.created_at_ms, scanned.request_id, scanned.cause_event_id,
  scanned.summary, scanned.details, coalesce((SELECT users.display_name
FROM users
WHERE users.id = scanned.actor_id), (SELECT coalesce(partner_keys.label, partner_keys.target_system) AS coalesce_1
FROM partner_keys
WHERE partner_keys.id = scanned.actor_id)) AS actor_name, (SELECT publishers.handle
FROM publishers
WHERE publishers.id = scanned.publisher_id) AS publisher_handle, (SELECT listings.name
FROM listings
WHERE listings.id = scanned.listing_id) AS listing_name, (SELECT releases.version
FROM releases
WHERE releases.listing_id = scanned.listing_id AND releases.id = scanned.release_id) AS release_version
FROM (SELECT audit_events.id AS id, audit_events.type AS type, audit_events.actor_type AS actor_type,
  audit_events.actor_id AS actor_id, audit_events.publisher_id AS publisher_id, audit_events.listing_id AS listing_id,
  audit_events.release_id AS release_id, audit_events.install_intent_id AS install_intent_id,
  audit_events.created_at_ms AS created_at_ms, audit_events.request_id AS request_id, audit_events.cause_event_id AS
  cause_event_id, audit_events.summary AS summary, audit_events.details AS details
FROM audit_events
WHERE audit_events.listing_id = %(listing_id)s::UUID AND audit_events.id < %(after_id)s::UUID AND audit_events.id >=
  (SELECT first.id
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
 LIMIT 5000) AS scanned
WHERE scanned.type = %(type)s::VARCHAR AND scanned.created_at_ms >= %(since_ms)s::BIGINT AND scanned.created_at_ms <=
  %(until_ms)s::BIGINT ORDER BY scanned.id DESC
 LIMIT %(fetch)s
