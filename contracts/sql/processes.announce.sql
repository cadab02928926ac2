-- processes.announce
INSERT INTO processes (id, role, host, pid, key_versions, started_at_ms, ring_since_ms, last_seen_at_ms) VALUES
  (%(id)s::UUID, %(role)s::VARCHAR, %(host)s::VARCHAR, %(pid)s::INTEGER, %(key_versions)s::TEXT[], CAST(EXTRACT(epoch
  FROM statement_timestamp()) * 1000 AS BIGINT), CAST(EXTRACT(epoch FROM statement_timestamp()) * 1000 AS BIGINT),
  CAST(EXTRACT(epoch FROM statement_timestamp()) * 1000 AS BIGINT)) ON CONFLICT (id) DO UPDATE SET key_versions =
  excluded.key_versions, ring_since_ms = CASE WHEN (processes.key_versions = excluded.key_versions) THEN
  processes.ring_since_ms ELSE excluded.ring_since_ms END, last_seen_at_ms = excluded.last_seen_at_ms
