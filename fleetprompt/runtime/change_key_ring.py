"""Changing the key ring: what must hold before a key is added, promoted or retired (spec 3, 7).

These operations decide and keep the record; the ring itself is the operator's, in its file or her environment.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal
from uuid import UUID

import msgspec

from fleetprompt.authz import Access, Actor
from fleetprompt.enums import EventType
from fleetprompt.errors import Reason, Refusal, conflict
from fleetprompt.fields import Command
from fleetprompt.runtime.audit import Event
from fleetprompt.runtime.key_versions import KEYS_IN_USE, KeyRingChange, KeysInUse, in_use, record
from fleetprompt.runtime.operations import Ledger, Outcome, mutation
from fleetprompt.runtime.processes import LiveProcess, alive
from fleetprompt.runtime.run import MutationTx
from fleetprompt.store.statements import Bound

SETTLED_MS: Final = 10_000
"""What began with an earlier ring has ended so long after a process took up another one."""


class AddKey(Command):
    """A new version, and the fingerprint by which its key is known from now on."""

    version: str
    fingerprint: str


class PromoteKey(Command):
    """The version that is to sign."""

    version: str


class RetireKey(Command):
    """The version that is to go. stage: `retiring` before its dependents are revoked, `retired` when none is left."""

    version: str
    stage: Literal["retiring", "retired"] = "retired"


class Changed(msgspec.Struct, frozen=True):
    """The event that tells of the change, for what follows from it."""

    event_id: UUID


def refusal_to_add(version: str, found: KeysInUse) -> Refusal | None:
    """CONFLICT where the version was ever used: one that comes back with another key would pass for the old one."""
    if version in found.recorded or version in found.named_by:
        return conflict(Reason.TRANSITION, f"{version} was used before; choose another version.")
    return None


def refusal_to_promote(version: str, living: Sequence[LiveProcess]) -> Refusal | None:
    """CONFLICT while a live process could not verify what this key signs."""
    behind = [str(process) for process in living if version not in process.key_versions]
    if behind:
        return conflict(
            Reason.TRANSITION, f"{version} is not known yet to {', '.join(behind)}. Give it to every process first."
        )
    return None


def refusal_to_stop_signing(version: str, living: Sequence[LiveProcess]) -> Refusal | None:
    """CONFLICT while a live process signs with this key, or did so a moment ago."""
    if signing := [str(process) for process in living if process.signs == version]:
        return conflict(
            Reason.TRANSITION, f"{version} still signs for {', '.join(signing)}. Promote another key first."
        )
    if any(process.ring_age_ms < SETTLED_MS for process in living):
        return conflict(
            Reason.TRANSITION, f"The ring was changed less than {SETTLED_MS // 1000} s ago; try again in a moment."
        )
    return None


def refusal_to_retire(version: str, found: KeysInUse) -> Refusal | None:
    """CONFLICT while something live names this version, by what it is."""
    if tables := found.named_by.get(version):
        rows = ", ".join(KEYS_IN_USE[table] for table in tables)
        return conflict(Reason.TRANSITION, f"{version} is named by {rows}.")
    return None


@mutation("key_ring.add", who=Access.SYSTEM, ledger=Ledger.NONE, emits=(EventType.KEY_RING_CHANGED,))
async def add_key(tx: MutationTx, _: Actor, command: AddKey) -> Outcome[Changed]:
    """Record a new key, which from now on belongs to the ring and verifies. Raises CONFLICT (`transition`)."""
    (found,) = await tx.many(in_use(tx.now_ms))
    if refusal := refusal_to_add(command.version, found):
        raise refusal
    return _changed("added", command.version, "was added", [record(command.version, command.fingerprint, tx.now_ms)])


@mutation("key_ring.promote", who=Access.SYSTEM, ledger=Ledger.NONE, emits=(EventType.KEY_RING_CHANGED,))
async def promote_key(tx: MutationTx, _: Actor, command: PromoteKey) -> Outcome[Changed]:
    """Let a key sign, once every live process knows it. Raises CONFLICT (`transition`)."""
    if refusal := refusal_to_promote(command.version, await tx.many(alive())):
        raise refusal
    return _changed("promoted", command.version, "signs from now on")


@mutation("key_ring.retire", who=Access.SYSTEM, ledger=Ledger.NONE, emits=(EventType.KEY_RING_CHANGED,))
async def retire_key(tx: MutationTx, _: Actor, command: RetireKey) -> Outcome[Changed]:
    """Let a key go that signs nowhere, once nothing live names it. Raises CONFLICT (`transition`)."""
    if refusal := refusal_to_stop_signing(command.version, await tx.many(alive())):
        raise refusal
    if command.stage == "retiring":
        return _changed("retiring", command.version, "is to be retired, and what depends on it revoked")
    (found,) = await tx.many(in_use(tx.now_ms))
    if refusal := refusal_to_retire(command.version, found):
        raise refusal
    return _changed("retired", command.version, "was retired")


def _changed(
    change: Literal["added", "promoted", "retiring", "retired"],
    version: str,
    what: str,
    writes: Sequence[Bound[object]] = (),
) -> Outcome[Changed]:
    event = Event(
        type=EventType.KEY_RING_CHANGED,
        summary=f"The key {version} {what}.",
        details=KeyRingChange(change, (version,)),
    )
    return Outcome(Changed(event.event_id), writes=writes, events=[event])
