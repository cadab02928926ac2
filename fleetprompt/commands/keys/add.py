"""`fleetprompt keys add`."""

from __future__ import annotations

import click

from fleetprompt.commands.instance import Failure, explained, open_instance, read_settings
from fleetprompt.commands.keys.ring_place import changed, put_in_place, state_of
from fleetprompt.commands.operations import run_as_system
from fleetprompt.commands.start_up import bring_up_to_date
from fleetprompt.errors import Refusal
from fleetprompt.runtime.change_key_ring import AddKey, Changed, add_key


@click.command()
def add() -> None:
    """Add a fresh key: it verifies from now on, and signs once it is promoted.

    The exit code is 0 when the key is in its place or was printed, and 1 otherwise.
    """
    with open_instance(read_settings()) as instance:
        bring_up_to_date(instance)
        used = {*instance.ring.versions, *state_of(instance).in_use.recorded}
        version = f"v{max(int(each.removeprefix('v')) for each in used) + 1}"
        ring = changed(instance, lambda ring: ring.added(version))
        command = AddKey(version=version, fingerprint=ring.fingerprints[version])
        try:
            run_as_system(instance, add_key, command, Changed)
        except Refusal as refusal:
            raise Failure(explained(refusal)) from refusal
        put_in_place(instance, ring, knows=lambda process: version in process.key_versions)
    click.echo(f"{version} was added. Next: fleetprompt keys promote {version}", err=True)
