"""`fleetprompt doctor`: what is wrong with this instance, and how to mend it (spec 7)."""

from __future__ import annotations

import sys

import click

from fleetprompt.commands.doctor.examination import examine
from fleetprompt.commands.terminal import for_people


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def doctor(as_json: bool) -> None:
    """Look at settings, files, database, keys, jobs and exposure, and say how to mend what is wrong.

    Nothing is changed. The exit code is 0 when all is well, and 1 otherwise.
    """
    report = examine()
    if as_json:
        click.echo(report.as_json())
    else:
        report.show(for_people())
    sys.exit(0 if report.is_well else 1)
