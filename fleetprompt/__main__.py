"""`python -m fleetprompt`, and the `fleetprompt` script."""

from __future__ import annotations

import click

from fleetprompt import __version__
from fleetprompt.commands.admin import admin
from fleetprompt.commands.backup import backup
from fleetprompt.commands.demo import demo
from fleetprompt.commands.doctor import doctor
from fleetprompt.commands.keys import keys
from fleetprompt.commands.markdown import markdown
from fleetprompt.commands.migrate import migrate
from fleetprompt.commands.openapi import openapi
from fleetprompt.commands.restore import restore
from fleetprompt.commands.retention import retention
from fleetprompt.commands.sandbox import sandbox
from fleetprompt.commands.serve import serve
from fleetprompt.commands.user import user
from fleetprompt.commands.worker import worker


@click.group()
@click.version_option(__version__, prog_name="fleetprompt")
def main() -> None:
    """FleetPrompt lists AI agents, workflows and specs, and hands them over to the systems that run them.

    Settings are environment variables that begin with FLEETPROMPT_.
    """


for command in (
    serve,
    worker,
    migrate,
    demo,
    doctor,
    openapi,
    admin,
    user,
    keys,
    backup,
    restore,
    retention,
    markdown,
    sandbox,
):
    main.add_command(command)


if __name__ == "__main__":
    main(prog_name="fleetprompt")
