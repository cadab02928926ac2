-- moderation.insert_report
INSERT INTO reports (id, listing_id, reporter_user_id, kind, summary, listing_revision, status, created_at_ms) VALUES
  (%(id)s::UUID, %(listing_id)s::UUID, %(reporter_user_id)s::UUID, %(kind)s::VARCHAR, %(summary)s::VARCHAR,
  %(listing_revision)s::INTEGER, 'open', %(created_at_ms)s::BIGINT)
