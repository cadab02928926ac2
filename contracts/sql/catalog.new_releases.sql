-- catalog.new_releases -> NewReleaseRow
SELECT walked.id, walked.version, walked.published_at_ms, walked.listing_id, listings.asset_kind, listings.name,
  listings.summary, listings.publisher_id, publishers.handle, publishers.display_name AS publisher_name,
  publishers.verification_status, publishers.verification_checked_at_ms
FROM (SELECT releases.id AS id, releases.version AS version, releases.published_at_ms AS published_at_ms,
  releases.listing_id AS listing_id
FROM releases
WHERE releases.status = 'published' AND (%(after_ms)s::BIGINT, %(after_id)s::UUID) > (releases.published_at_ms,
  releases.id) ORDER BY releases.published_at_ms DESC, releases.id DESC
 LIMIT 5000) AS walked JOIN listings ON listings.id = walked.listing_id AND listings.status = 'published' JOIN
  publishers ON publishers.id = listings.publisher_id AND publishers.suspended_at_ms IS NULL ORDER BY
  walked.published_at_ms DESC, walked.id DESC
 LIMIT %(fetch)s
