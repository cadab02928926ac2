-- audit.append
INSERT INTO audit_events (id, type, actor_type, actor_id, publisher_id, listing_id, release_id, install_intent_id,
  created_at_ms, request_id, cause_event_id, summary, details) VALUES (%(id)s::UUID, %(type)s::VARCHAR,
  %(actor_type)s::VARCHAR, %(actor_id)s::UUID, %(publisher_id)s::UUID, %(listing_id)s::UUID, %(release_id)s::UUID,
  %(install_intent_id)s::UUID, %(created_at_ms)s::BIGINT, %(request_id)s::UUID, %(cause_event_id)s::UUID,
  %(summary)s::VARCHAR, %(details)s::JSONB)
