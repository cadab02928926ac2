-- job_runs.all -> JobRun
SELECT job_runs.job, job_runs.last_started_at_ms, job_runs.last_succeeded_at_ms, job_runs.last_duration_ms
FROM job_runs ORDER BY job_runs.job
