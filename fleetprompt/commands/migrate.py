"""`fleetprompt migrate`: bring the database to this version's schema."""

from __future__ import annotations

import click
import psycopg

from fleetprompt.commands.instance import Failure, open_instance, read_settings
from fleetprompt.settings import Settings
from fleetprompt.store import migrate as migrations
from fleetprompt.store.embedded import Role
from fleetprompt.store.migrate import NAME_THE_OWNER, MigrationError


@click.command()
@click.option("--print-sql", is_flag=True, help="Print the SQL, grants included, for whoever runs it herself.")
@click.option("--from", "since", metavar="REVISION", help="With --print-sql: what the database is at; empty if absent.")
def migrate(print_sql: bool, since: str | None) -> None:
    """Run the missing migrations as the owner, and grant the serving role what it may do.

    The owner is FLEETPROMPT_MIGRATE_DATABASE_URL, or FLEETPROMPT_DATABASE_URL where one role does both. It runs beside
    whatever serves: it waits a second for a lock, lets others go on, and tries again for 20 seconds. Two at once
    are one after the other. --print-sql connects to nothing; run what it prints as the owner with
    psql -v ON_ERROR_STOP=1, after creating the database and the serving role that FLEETPROMPT_DATABASE_URL names
    (fleetprompt_app where there is none). The exit code is 0 when the database is at this version's schema, and 1
    otherwise.
    """
    settings = read_settings()
    if since is not None and not print_sql:
        raise click.UsageError("--from goes with --print-sql: a database that is there says itself where it is.")
    if print_sql:
        try:
            migrations.print_sql(_grantee(settings), since)
        except MigrationError as error:
            raise Failure(str(error)) from error
        return
    with open_instance(settings) as instance:
        try:
            before = migrations.current(instance.owner_url)
            migrations.migrate(instance.owner_url, instance.serving_url)
        except MigrationError as error:
            raise Failure(str(error)) from error
        except psycopg.Error as error:
            mend = NAME_THE_OWNER if isinstance(error, psycopg.errors.InsufficientPrivilege) else ""
            raise Failure(f"The migration did not run: {error} {mend}".strip()) from error
    click.echo(f"The database is at migration {migrations.head()} (it was at {before or 'none'}).")


def _grantee(settings: Settings) -> str | None:
    if settings.database_url is None:
        return Role.APP
    owner = settings.migrate_database_url or settings.database_url
    return migrations.grantee(owner.reveal(), settings.database_url.reveal())
