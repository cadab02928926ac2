-- accounts.update_publisher
WITH touched AS
(UPDATE publishers SET display_name=%(display_name)s::VARCHAR, bio_markdown=%(bio_markdown)s::VARCHAR,
  bio_html=%(bio_html)s::VARCHAR, bio_policy=%(bio_policy)s::SMALLINT,
  verification_status=%(verification_status)s::VARCHAR,
  verification_checked_at_ms=%(verification_checked_at_ms)s::BIGINT, search_vector=CAST(%(search_vector)s AS
  TSVECTOR), updated_at_ms=%(now_ms)s::BIGINT WHERE publishers.id = %(publisher_id)s::UUID RETURNING 1 AS one)
 SELECT must_touch(1, count(*)) AS must_touch_1
FROM touched
