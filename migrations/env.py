"""How alembic runs: as the owner, forward only, one migration a transaction, never waiting long for a lock (spec 8)."""

from __future__ import annotations

from alembic import context
from sqlalchemy import create_engine, pool, text

from fleetprompt.store.online import LOCK_TIMEOUT_MS, STATEMENT_TIMEOUT_MS
from fleetprompt.store.tables import metadata


def run_offline() -> None:
    """Print the SQL for a database administrator who runs it herself."""
    context.configure(
        dialect_name="postgresql",
        # Any style of parameters but the one of `%s`, for which every percent sign would be printed twice.
        dialect_opts={"paramstyle": "named"},
        target_metadata=metadata,
        transaction_per_migration=True,
        literal_binds=True,
    )
    context.execute(f"set lock_timeout = {LOCK_TIMEOUT_MS}")
    context.execute(f"set statement_timeout = {STATEMENT_TIMEOUT_MS}")
    with context.begin_transaction():
        context.run_migrations()


def run_online() -> None:
    """Migrate the database that the command names."""
    engine = create_engine(context.config.attributes["url"], poolclass=pool.NullPool)
    with engine.connect() as connection:
        connection.execute(text(f"set lock_timeout = {LOCK_TIMEOUT_MS}"))
        connection.execute(text(f"set statement_timeout = {STATEMENT_TIMEOUT_MS}"))
        connection.commit()
        context.configure(connection=connection, target_metadata=metadata, transaction_per_migration=True)
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


if context.is_offline_mode():
    run_offline()
else:
    run_online()
