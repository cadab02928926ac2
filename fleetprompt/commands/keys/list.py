"""`fleetprompt keys list`."""

from __future__ import annotations

import click
import msgspec
from rich.console import Console
from rich.table import Table

from fleetprompt.commands.instance import open_instance, read_settings
from fleetprompt.commands.keys.ring_place import State, state_of
from fleetprompt.commands.start_up import bring_up_to_date
from fleetprompt.commands.terminal import for_people
from fleetprompt.runtime.key_versions import KEYS_IN_USE
from fleetprompt.runtime.processes import LiveProcess
from fleetprompt.secrets import KeyRing


class Key(msgspec.Struct, frozen=True, rename="camel"):
    """One version. held: whether this ring has it. named_by: the tables whose live rows need it."""

    version: str
    fingerprint: str
    held: bool
    signs: bool
    named_by: list[str]


class Keys(msgspec.Struct, frozen=True, rename="camel"):
    """Every version that was ever used, and the processes that are alive with the versions that each knows."""

    keys: list[Key]
    processes: list[LiveProcess]


@click.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print keys and processes as JSON.")
def list_keys(as_json: bool) -> None:
    """Show each key by version and fingerprint, what live rows need it, and which process knows which.

    No key is shown.
    """
    with open_instance(read_settings()) as instance:
        bring_up_to_date(instance)
        state = state_of(instance)
        told = Keys(_keys(instance.ring, state), state.living)
    if as_json:
        click.echo(msgspec.json.encode(told).decode())
        return
    _show(told, for_people())


def _keys(ring: KeyRing, state: State) -> list[Key]:
    marks = {**state.in_use.fingerprint_of, **ring.fingerprints}
    named_by = state.in_use.named_by
    newest_first = sorted(marks, key=lambda version: -int(version.removeprefix("v")))
    return [
        Key(version, marks[version], version in ring.versions, version == ring.current, named_by.get(version, []))
        for version in newest_first
    ]


def _show(told: Keys, console: Console) -> None:
    table = Table(box=None, pad_edge=False)
    for heading in ("key", "fingerprint", "state", "needed by"):
        table.add_column(heading, no_wrap=heading != "needed by")
    for key in told.keys:
        state = "signs" if key.signs else "verifies" if key.held else "retired"
        table.add_row(key.version, key.fingerprint, state, ", ".join(KEYS_IN_USE[name] for name in key.named_by))
    console.print(table)
    console.print()
    if not told.processes:
        console.print("No server or worker is running.")
    for process in told.processes:
        console.print(f"{process} knows {', '.join(process.key_versions)}; {process.signs} signs")
