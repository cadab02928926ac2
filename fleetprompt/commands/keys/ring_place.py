"""Where the key ring is kept, and how it comes to be another one there."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Final

import click
import msgspec

from fleetprompt.clock import SystemClock
from fleetprompt.commands.instance import Failure, Instance
from fleetprompt.runtime import processes
from fleetprompt.runtime.key_versions import KeysInUse, in_use
from fleetprompt.runtime.processes import LiveProcess
from fleetprompt.secrets import KeyRing, KeyRingError, rewrite
from fleetprompt.store import inspection

TAKEN_UP_S_MAX: Final = 30
LOOK_EVERY_S: Final = 0.5


class State(msgspec.Struct, frozen=True):
    """What the database says of keys: what needs which, and which live process knows which."""

    in_use: KeysInUse
    living: list[LiveProcess]


def state_of(instance: Instance) -> State:
    """Look at the database. Raises psycopg.Error."""
    with inspection.looking(instance.serving_url) as connection:
        (found,) = inspection.read(connection, in_use(SystemClock().now_ms()))
        return State(found, inspection.read(connection, processes.alive()))


def changed(instance: Instance, change: Callable[[KeyRing], KeyRing]) -> KeyRing:
    """The ring as it would be. Raises Failure where it cannot be changed so; nothing is kept yet."""
    try:
        return change(instance.ring)
    except KeyRingError as error:
        raise Failure(f"This cannot be done: {error}.") from error


def put_in_place(instance: Instance, ring: KeyRing, *, knows: Callable[[LiveProcess], bool]) -> None:
    """Replace the key file by `ring`, or print what to set. knows: whether a process has taken the change up.

    Raises Failure where the file cannot be written; the change is in the audit log by then and can be repeated.
    """
    path, settings = instance.settings.key_ring_path, instance.settings
    if settings.master_keys is not None:
        click.echo("Set this on every server, then restart them one after another:", err=True)
        click.echo(f"FLEETPROMPT_MASTER_KEYS={ring.text().reveal()}")
        return
    try:
        rewrite(path, lambda kept: _replaced(kept, instance.ring, ring))
    except KeyRingError as error:
        raise Failure(f"The change is in the audit log and not in the key file: {error}. Run this again.") from error
    click.echo(f"{path} was changed. Back it up, apart from the database.", err=True)
    _await(instance, knows)


def _replaced(kept: KeyRing, expected: KeyRing, ring: KeyRing) -> KeyRing:
    if kept.fingerprints != expected.fingerprints:
        raise KeyRingError("somebody else changed it meanwhile")
    return ring


def _await(instance: Instance, knows: Callable[[LiveProcess], bool]) -> None:
    """Wait until every live process has taken the ring up, or say which have not."""
    give_up_at = time.monotonic() + TAKEN_UP_S_MAX
    behind: Sequence[LiveProcess] = ()
    while time.monotonic() < give_up_at:
        behind = [process for process in state_of(instance).living if not knows(process)]
        if not behind:
            return
        time.sleep(LOOK_EVERY_S)
    names = ", ".join(map(str, behind))
    click.echo(f"Not yet taken up by {names}: look at its log, or restart it.", err=True)
