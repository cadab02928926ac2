-- processes.silent -> SilentProcess
SELECT processes.role, processes.pid, CAST(EXTRACT(epoch FROM statement_timestamp()) * 1000 AS BIGINT) -
  processes.last_seen_at_ms AS seen_ms_ago
FROM processes
WHERE processes.host = %(host)s::VARCHAR AND processes.last_seen_at_ms <= CAST(EXTRACT(epoch FROM
  statement_timestamp()) * 1000 AS BIGINT) - %(silent_ms)s::BIGINT ORDER BY processes.started_at_ms, processes.id
