"""`fleetprompt openapi`: the contract of the HTTP API."""

from __future__ import annotations

import click

from fleetprompt.app import ROUTES
from fleetprompt.web.openapi import document, encode


@click.command()
def openapi() -> None:
    """Print the OpenAPI document of this version as JSON."""
    click.echo(encode(document(ROUTES)), nl=False)
