-- installs.insert_intent
INSERT INTO install_intents (buyer_user_id, id, listing_id, release_id, target_system, target_context, state, status,
  current_token_id, expires_at_ms, created_at_ms, updated_at_ms) VALUES (%(buyer_user_id)s::UUID, %(id)s::UUID,
  %(listing_id)s::UUID, %(release_id)s::UUID, %(target_system)s::VARCHAR, %(target_context)s::JSONB,
  %(state)s::VARCHAR, %(status)s::VARCHAR, %(current_token_id)s::UUID, %(expires_at_ms)s::BIGINT,
  %(created_at_ms)s::BIGINT, %(updated_at_ms)s::BIGINT)
