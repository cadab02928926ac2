-- listings.keep_revision
INSERT INTO listing_revisions (listing_id, revision, content, replaced_at_ms) VALUES (%(listing_id)s::UUID,
  %(revision)s::INTEGER, %(content)s::JSONB, %(replaced_at_ms)s::BIGINT)
