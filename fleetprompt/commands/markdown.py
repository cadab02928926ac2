"""`fleetprompt markdown`: keeping stored HTML at today's policy (spec 2.4, 7)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import click
import msgspec

from fleetprompt.accounts.rerender_bios import rerender_bios
from fleetprompt.commands.instance import Failure, explained, open_instance, read_settings
from fleetprompt.commands.operations import mutate, work_on
from fleetprompt.commands.start_up import bring_up_to_date
from fleetprompt.errors import Refusal
from fleetprompt.listings.rerender_descriptions import rerender_descriptions
from fleetprompt.markdown import POLICY_VERSION
from fleetprompt.releases.rerender_notes import rerender_notes
from fleetprompt.runtime.operations import Operation
from fleetprompt.runtime.rerendering import RerenderBatch, RerenderedBatch
from fleetprompt.runtime.services import Services

RERENDERINGS: Final[Mapping[str, Operation]] = MappingProxyType(
    {
        "publishers' bios": rerender_bios,
        "listings' descriptions": rerender_descriptions,
        "release notes": rerender_notes,
    }
)


class Rerendered(msgspec.Struct, frozen=True):
    """How many texts of one kind have new HTML."""

    texts: str
    rerendered: int


@click.group()
def markdown() -> None:
    """Stored texts and the markdown policy."""


@markdown.command()
@click.option("--json", "as_json", is_flag=True, help="Print the numbers as JSON when all is done.")
def rerender(as_json: bool) -> None:
    """Render again every text whose HTML an earlier version of the markdown policy made.

    Sources stay as they are, and nothing but the HTML and the policy's version changes. It works in small batches
    beside whatever serves, and stopped it goes on where it was when it is run again. The exit code is 0 when every
    text is at today's policy, and 1 otherwise.
    """
    settings = read_settings()
    with open_instance(settings) as instance:
        bring_up_to_date(instance)
        try:
            done = work_on(instance, _rerender_all)
        except Refusal as refusal:
            raise Failure(
                f"Not everything was rendered again: {explained(refusal)} Run it again to go on."
            ) from refusal
    if as_json:
        click.echo(msgspec.json.encode({"policy": POLICY_VERSION, "texts": done}).decode())
        return
    for each in done:
        click.echo(f"{each.texts:<24}{each.rerendered:>10} rendered again")
    click.echo(f"Every text is at version {POLICY_VERSION} of the policy.")


async def _rerender_all(services: Services) -> list[Rerendered]:
    return [
        Rerendered(texts, await rerender_everything(services, operation)) for texts, operation in RERENDERINGS.items()
    ]


async def rerender_everything(services: Services, operation: Operation) -> int:
    """Run one rerendering batch after batch until nothing is left; how many rows it renewed. Raises UNAVAILABLE."""
    command, renewed = RerenderBatch(), 0
    while True:
        batch = await mutate(services, operation, command, RerenderedBatch)
        renewed += batch.done
        if batch.after is None:
            return renewed
        command = RerenderBatch(after=batch.after)
