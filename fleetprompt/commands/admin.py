"""`fleetprompt admin`: what only an operator may do to accounts."""

from __future__ import annotations

import click


@click.group()
def admin() -> None:
    """Accounts of administrators."""
