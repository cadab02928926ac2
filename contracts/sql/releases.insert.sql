-- releases.insert
INSERT INTO releases (listing_id, id, publisher_id, version, precedence, is_prerelease, status, refs, asset_digest,
  compat, artifacts, notes_markdown, notes_html, notes_policy, published_at_ms) VALUES (%(listing_id)s::UUID,
  %(id)s::UUID, %(publisher_id)s::UUID, %(version)s::VARCHAR, %(precedence)s::VARCHAR COLLATE "C", %(is_prerelease)s,
  %(status)s::VARCHAR, %(refs)s::JSONB, %(asset_digest)s::VARCHAR, %(compat)s::JSONB, %(artifacts)s::JSONB,
  %(notes_markdown)s::VARCHAR, %(notes_html)s::VARCHAR, %(notes_policy)s::SMALLINT, %(published_at_ms)s::BIGINT)
