-- readiness.migration -> Migration
SELECT version_num
FROM alembic_version
