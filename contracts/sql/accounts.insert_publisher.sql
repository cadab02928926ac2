-- accounts.insert_publisher
INSERT INTO publishers (id, owner_user_id, handle, display_name, bio_markdown, bio_html, bio_policy,
  verification_status, verification_checked_at_ms, search_vector, created_at_ms, updated_at_ms) VALUES
  (%(publisher_id)s::UUID, %(user_id)s::UUID, %(handle)s::VARCHAR, %(display_name)s::VARCHAR,
  %(bio_markdown)s::VARCHAR, %(bio_html)s::VARCHAR, %(bio_policy)s::SMALLINT, %(verification_status)s::VARCHAR,
  %(verification_checked_at_ms)s::BIGINT, CAST(%(search_vector)s AS TSVECTOR), %(now_ms)s::BIGINT, %(now_ms)s::BIGINT)
