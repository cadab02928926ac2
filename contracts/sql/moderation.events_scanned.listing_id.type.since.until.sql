-- moderation.events_scanned.listing_id.type.since.until -> ScanEndRow
SELECT scanned.id, count(*) OVER () AS scanned
FROM (SELECT audit_events.id AS id
FROM audit_events
WHERE audit_events.listing_id = %(listing_id)s::UUID AND audit_events.id < %(after_id)s::UUID AND audit_events.id >=
  (SELECT first.id
FROM (SELECT near.id AS id
FROM audit_events AS near
WHERE near.created_at_ms >= %(since_ms)s::BIGINT ORDER BY near.created_at_ms, near.id
 LIMIT 10000) AS first ORDER BY first.id
 LIMIT 1) AND audit_events.id <= (SELECT last.id
FROM (SELECT near.id AS id
FROM audit_events AS near
WHERE near.created_at_ms <= %(until_ms)s::BIGINT ORDER BY near.created_at_ms DESC, near.id DESC
 LIMIT 10000) AS last ORDER BY last.id DESC
 LIMIT 1) ORDER BY audit_events.id DESC
 LIMIT 5000) AS scanned ORDER BY scanned.id
 LIMIT 1
