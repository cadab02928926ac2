"""`fleetprompt doctor`: what is wrong with this instance, and how to mend it."""

from __future__ import annotations

import click


@click.command()
def doctor() -> None:
    """Check this instance."""
