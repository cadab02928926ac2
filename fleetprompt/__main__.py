"""`python -m fleetprompt`, and the `fleetprompt` script."""

from __future__ import annotations

from importlib import import_module
from typing import Final

import click

from fleetprompt import __version__

COMMANDS: Final = (
    "serve",
    "worker",
    "migrate",
    "demo",
    "doctor",
    "openapi",
    "admin",
    "user",
    "keys",
    "backup",
    "restore",
    "retention",
    "markdown",
    "sandbox",
)
"""Each is `fleetprompt.commands.NAME:NAME`."""


class Commands(click.Group):
    """Loads a command when it is asked for: most need no web framework, and would wait for it."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, in the order of the help text."""
        return [*COMMANDS]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(f"fleetprompt.commands.{cmd_name}"), cmd_name)
        return command


@click.group(cls=Commands)
@click.version_option(__version__, prog_name="fleetprompt")
def main() -> None:
    """FleetPrompt lists AI agents, workflows and specs, and hands them over to the systems that run them.

    Settings are environment variables that begin with FLEETPROMPT_.
    """


def load_all() -> list[click.Command]:
    """Every command, loaded: their operations are registered then."""
    context = click.Context(main)
    return [found for name in main.list_commands(context) if (found := main.get_command(context, name))]


if __name__ == "__main__":
    main(prog_name="fleetprompt")
