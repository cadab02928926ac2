-- listings.stand
WITH touched AS
(UPDATE listings SET status=%(status)s::VARCHAR, published_releases=%(published_releases)s::INTEGER,
  latest_release_id=%(latest_release_id)s::UUID, latest_version=%(latest_version)s::VARCHAR,
  latest_published_at_ms=%(latest_published_at_ms)s::BIGINT, updated_at_ms=%(updated_at_ms)s::BIGINT WHERE listings.id
  = %(listing_id)s::UUID AND listings.status = %(status_before)s::VARCHAR AND listings.published_releases =
  %(published_releases_before)s::INTEGER RETURNING 1 AS one)
 SELECT must_touch(1, count(*)) AS must_touch_1
FROM touched
