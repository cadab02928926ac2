-- job_runs.standing -> JobsStanding
SELECT array((SELECT job_runs.job
FROM job_runs ORDER BY job_runs.job)) AS jobs, array((SELECT job_runs.last_succeeded_at_ms
FROM job_runs ORDER BY job_runs.job)) AS succeeded_at_ms, (SELECT min(key_versions.first_seen_at_ms) AS min_1
FROM key_versions) AS first_used_at_ms, CAST(EXTRACT(epoch FROM statement_timestamp()) * 1000 AS BIGINT) AS now_ms
