-- listings.revise
WITH touched AS
(UPDATE listings SET name=%(name)s::VARCHAR, summary=%(summary)s::VARCHAR,
  description_markdown=%(description_markdown)s::VARCHAR, description_html=%(description_html)s::VARCHAR,
  description_policy=%(description_policy)s::SMALLINT, tags=%(tags)s::TEXT[], categories=%(categories)s::TEXT[],
  images=%(images)s::JSONB, docs_url=%(docs_url)s::VARCHAR, repo_url=%(repo_url)s::VARCHAR,
  revision=%(revision)s::INTEGER, name_key=%(name_key)s::VARCHAR COLLATE "C", search_vector=CAST(%(search_vector)s AS
  TSVECTOR), updated_at_ms=%(updated_at_ms)s::BIGINT WHERE listings.id = %(listing_id)s::UUID AND listings.revision =
  %(replaced_revision)s::INTEGER RETURNING 1 AS one)
 SELECT must_touch(1, count(*)) AS must_touch_1
FROM touched
