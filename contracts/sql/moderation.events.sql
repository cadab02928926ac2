-- moderation.events -> EventRow
SELECT audit_events.id, audit_events.type, audit_events.actor_type, audit_events.actor_id, audit_events.publisher_id,
  audit_events.listing_id, audit_events.release_id, audit_events.install_intent_id, audit_events.created_at_ms,
  audit_events.request_id, audit_events.cause_event_id, audit_events.summary, audit_events.details
FROM audit_events ORDER BY audit_events.id DESC
 LIMIT %(fetch)s
