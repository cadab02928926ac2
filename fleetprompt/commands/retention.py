"""`fleetprompt retention`: letting rows go whose time is over, now instead of by the clock (spec 7, 8)."""

from __future__ import annotations

import click
import msgspec

from fleetprompt.commands.instance import Failure, explained, open_instance, read_settings
from fleetprompt.commands.operations import work_on
from fleetprompt.commands.start_up import bring_up_to_date
from fleetprompt.errors import Refusal
from fleetprompt.jobs import RETENTION, run_job
from fleetprompt.runtime.services import Services


class Purging(msgspec.Struct, frozen=True):
    """How many rows one job took away."""

    job: str
    rows: int


@click.group()
def retention() -> None:
    """How long rows are kept."""


@retention.command("run")
@click.option("--json", "as_json", is_flag=True, help="Print the number of rows by job as JSON.")
def run_now(as_json: bool) -> None:
    """Run every retention job to its end, in batches, beside whatever serves.

    A running server or worker does the same by the clock. The exit code is 0 when all of them ended well, and 1
    otherwise; what was taken away until then stays away, and running it again goes on.
    """
    settings = read_settings()
    with open_instance(settings) as instance:
        bring_up_to_date(instance)
        try:
            done = work_on(instance, _purge)
        except Refusal as refusal:
            raise Failure(f"Retention did not end: {explained(refusal)}") from refusal
    if as_json:
        click.echo(msgspec.json.encode(done).decode())
        return
    for each in done:
        click.echo(f"{each.job:<24}{each.rows:>10} {'row' if each.rows == 1 else 'rows'} purged")


async def _purge(services: Services) -> list[Purging]:
    return [Purging(job.name, await run_job(job, services)) for job in RETENTION]
