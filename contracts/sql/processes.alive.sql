-- processes.alive -> LiveProcess
SELECT processes.role, processes.host, processes.pid, processes.key_versions, processes.started_at_ms,
  CAST(EXTRACT(epoch FROM statement_timestamp()) * 1000 AS BIGINT) - processes.last_seen_at_ms AS seen_ms_ago,
  CAST(EXTRACT(epoch FROM statement_timestamp()) * 1000 AS BIGINT) - processes.ring_since_ms AS ring_age_ms
FROM processes
WHERE processes.last_seen_at_ms > CAST(EXTRACT(epoch FROM statement_timestamp()) * 1000 AS BIGINT) -
  %(alive_ms)s::BIGINT ORDER BY processes.started_at_ms, processes.id
