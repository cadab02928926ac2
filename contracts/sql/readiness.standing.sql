-- readiness.standing -> Standing
SELECT version_num, CAST(EXTRACT(epoch FROM statement_timestamp()) * 1000 AS BIGINT) AS now_ms,
  CAST(current_setting('transaction_read_only') AS BOOLEAN) AS read_only, EXISTS (SELECT *
FROM instance
WHERE instance.unfinished_restore IS NOT NULL) AS is_restoring, (SELECT instance.oldest_code
FROM instance) AS oldest_code
FROM alembic_version
