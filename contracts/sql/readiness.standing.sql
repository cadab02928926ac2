-- readiness.standing -> Standing
SELECT version_num, CAST(EXTRACT(epoch FROM clock_timestamp()) * 1000 AS BIGINT) AS now_ms,
  CAST(current_setting('transaction_read_only') AS BOOLEAN) AS read_only
FROM alembic_version
