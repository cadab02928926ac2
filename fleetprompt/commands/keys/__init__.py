"""`fleetprompt keys`: the master keys, from the first to the last day of each (spec 3, 7)."""

from __future__ import annotations

import click

from fleetprompt.commands.keys.add import add
from fleetprompt.commands.keys.list import list_keys
from fleetprompt.commands.keys.promote import promote
from fleetprompt.commands.keys.retire import retire


@click.group()
def keys() -> None:
    """The master keys: one signs, all of them verify.

    A new key is added, then promoted once every process knows it, and the old one is retired when nothing live names
    it. Without FLEETPROMPT_MASTER_KEYS the key file is changed and running servers take it up within seconds; with it
    the new value is printed, to be set on every server, which are then restarted one after another.
    """


for command in (list_keys, add, promote, retire):
    keys.add_command(command)
