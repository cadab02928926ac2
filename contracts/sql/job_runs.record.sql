-- job_runs.record
INSERT INTO job_runs (job, last_started_at_ms, last_succeeded_at_ms, last_duration_ms) VALUES (%(job)s::VARCHAR
  COLLATE "C", %(last_started_at_ms)s::BIGINT, %(last_succeeded_at_ms)s::BIGINT, %(last_duration_ms)s::INTEGER) ON
  CONFLICT (job) DO UPDATE SET last_started_at_ms = excluded.last_started_at_ms, last_succeeded_at_ms =
  excluded.last_succeeded_at_ms, last_duration_ms = excluded.last_duration_ms
