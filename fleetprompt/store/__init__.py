"""PostgreSQL: the schema, the connections, and the embedded server."""
