-- processes.knowledge -> Knowledge
SELECT coalesce(jsonb_agg(jsonb_build_object('role', processes.role, 'keyVersions', processes.key_versions,
  'startedAtMs', processes.started_at_ms) ORDER BY processes.started_at_ms, processes.id), '[]'::jsonb) AS living
FROM processes
WHERE processes.last_seen_at_ms > CAST(EXTRACT(epoch FROM statement_timestamp()) * 1000 AS BIGINT) -
  %(alive_ms)s::BIGINT
