-- moderation.events.install_intent_id -> EventRow
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
WHERE audit_events.install_intent_id = %(install_intent_id)s::UUID AND audit_events.id < %(after_id)s::UUID ORDER BY
  audit_events.id DESC
 LIMIT %(fetch)s
