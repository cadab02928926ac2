"""`fleetprompt migrate`: bring the database to this version's schema."""

from __future__ import annotations

import click
import psycopg

from fleetprompt.commands.instance import Failure, open_instance, read_settings
from fleetprompt.store import migrate as migrations


@click.command()
@click.option("--print-sql", is_flag=True, help="Print the SQL, grants included, for whoever runs it herself.")
def migrate(print_sql: bool) -> None:
    """Run the missing migrations as the owner, and grant the serving role what it may do.

    The owner is FLEETPROMPT_MIGRATE_DATABASE_URL, or FLEETPROMPT_DATABASE_URL where one role does both.
    """
    settings = read_settings()
    if print_sql:
        url = settings.database_url
        migrations.print_sql("fleetprompt_app" if url is None else migrations.role_of(url.reveal()))
        return
    with open_instance(settings) as instance:
        try:
            before = migrations.current(instance.owner_url)
            migrations.migrate(instance.owner_url, instance.serving_url)
        except migrations.BlockedError as error:
            raise Failure(f"{error} Run it again when they have ended, or end them.") from error
        except psycopg.Error as error:
            raise Failure(f"The migration did not run: {error}") from error
    click.echo(f"The database is at migration {migrations.head()} (it was at {before or 'none'}).")
