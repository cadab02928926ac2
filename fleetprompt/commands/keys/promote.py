"""`fleetprompt keys promote`."""

from __future__ import annotations

import click

from fleetprompt.commands.instance import Failure, explained, open_instance, read_settings
from fleetprompt.commands.keys.ring_place import changed, put_in_place
from fleetprompt.commands.operations import run_as_system
from fleetprompt.commands.start_up import bring_up_to_date
from fleetprompt.errors import Refusal
from fleetprompt.runtime.change_key_ring import Changed, PromoteKey, promote_key


@click.command()
@click.argument("version")
def promote(version: str) -> None:
    """Let the key VERSION sign. Refused while a live process does not know it.

    The exit code is 0 when the key signs or the new order was printed, and 1 otherwise.
    """
    with open_instance(read_settings()) as instance:
        bring_up_to_date(instance)
        before = instance.ring.current
        if version == before:
            raise Failure(f"{version} signs already.")
        ring = changed(instance, lambda ring: ring.promoted(version))
        try:
            run_as_system(instance, promote_key, PromoteKey(version=version), Changed)
        except Refusal as refusal:
            raise Failure(explained(refusal)) from refusal
        put_in_place(instance, ring, knows=lambda process: process.signs == version)
    click.echo(
        f"{version} signs, {before} still verifies. Once nothing live names it: fleetprompt keys retire {before}",
        err=True,
    )
