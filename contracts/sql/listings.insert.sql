-- listings.insert
INSERT INTO listings (id, publisher_id, asset_kind, status, name, summary, description_markdown, description_html,
  description_policy, tags, categories, images, docs_url, repo_url, published_releases, revision, name_key,
  search_vector, created_at_ms, updated_at_ms) VALUES (%(id)s::UUID, %(publisher_id)s::UUID, %(asset_kind)s::VARCHAR,
  %(status)s::VARCHAR, %(name)s::VARCHAR, %(summary)s::VARCHAR, %(description_markdown)s::VARCHAR,
  %(description_html)s::VARCHAR, %(description_policy)s::SMALLINT, %(tags)s::TEXT[], %(categories)s::TEXT[],
  %(images)s::JSONB, %(docs_url)s::VARCHAR, %(repo_url)s::VARCHAR, %(published_releases)s::INTEGER,
  %(revision)s::INTEGER, %(name_key)s::VARCHAR COLLATE "C", CAST(%(search_vector)s AS TSVECTOR),
  %(created_at_ms)s::BIGINT, %(updated_at_ms)s::BIGINT)
