-- retention.due.processes -> tuple
SELECT processes.id
FROM processes
WHERE processes.last_seen_at_ms <= %(ended_until_ms)s::BIGINT AND processes.last_seen_at_ms <= CAST(EXTRACT(epoch FROM
  statement_timestamp()) * 1000 AS BIGINT) - 30000 ORDER BY processes.last_seen_at_ms
 LIMIT %(limit)s FOR UPDATE OF processes SKIP LOCKED
