"""Declaring operations: everything the system does is a named query or mutation with declared arguments and results.

The registry is the one source of routes, OpenAPI, `contracts/operations.json`, the permission matrix, and the test
suites that walk every operation (architecture, law 5).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from enum import StrEnum
from typing import Any, Final, Generic, TypeVar, get_args, get_origin, get_type_hints

import msgspec

from fleetprompt import fields
from fleetprompt.authz import Access, Actor
from fleetprompt.enums import EventType, KeyScope
from fleetprompt.rate_limits import RateClass
from fleetprompt.runtime.audit import Event
from fleetprompt.runtime.idempotency import SecretRecipe, SessionChange
from fleetprompt.store.statements import Bound

Result = TypeVar("Result")


class Kind(StrEnum):
    """Queries read; mutations write, audit and may be retried."""

    QUERY = "query"
    MUTATION = "mutation"


class Ledger(StrEnum):
    """Whether a mutation takes an `Idempotency-Key` (spec 6.2)."""

    REQUIRED = "required"
    ACCEPTED = "accepted"
    NONE = "none"


class Owner(StrEnum):
    """How an id that an operation takes is owned: who but the owner gets NOT_FOUND."""

    PUBLIC = "public"
    PUBLISHER = "publisher"
    BUYER = "buyer"
    USER = "user"
    ADMIN = "admin"
    PARTNER = "partner"


class Outcome(msgspec.Struct, Generic[Result], frozen=True):
    """What a verb hands back: its result, what is to be written, and what happened. Nothing is written before.

    recipe: how the secret that the result shows is derived again; the ledger keeps this in its place.
    etag: the strong validator of what was written, quotes included.
    session: what the answer does to the browser's session.
    actor: who did it, where the verb itself found that out: she registered or signed in.
    """

    result: Result
    writes: Sequence[Bound[Any]] = ()
    events: Sequence[Event] = ()
    recipe: SecretRecipe | None = None
    etag: str | None = None
    session: SessionChange | None = None
    actor: Actor | None = None


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    """One declared operation.

    scope: what an API key needs for it; None keeps every key out. owns: for each id field of the command, whose rows
    it may name. emits: the event types that a success may write.
    rechecks_replay: the verb runs on a replay too and may refuse it, with `tx.replay` set (redeem).
    explains_signature: a verified call that fails a later check is told which one (ping).
    """

    name: str
    kind: Kind
    who: Access
    scope: KeyScope | None
    rate: tuple[RateClass, ...]
    owns: dict[str, Owner]
    command: type[msgspec.Struct]
    result: Any
    function: Callable[..., Awaitable[Any]]
    ledger: Ledger = Ledger.NONE
    emits: tuple[EventType, ...] = ()
    prepare: Callable[..., Awaitable[Any]] | None = None
    rechecks_replay: bool = False
    explains_signature: bool = False


REGISTRY: Final[dict[str, Operation]] = {}
"""Every declared operation by its name."""


def _register(operation: Operation) -> Operation:
    """Add an operation to the registry.

    Raises ValueError where its name is taken, an id has no owner, or what is owned is no id.
    """
    if operation.name in REGISTRY:
        raise ValueError(f"two operations are named {operation.name}")
    if misowned := id_fields(operation.command) ^ operation.owns.keys():
        raise ValueError(f"{operation.name} must say how each id of its command is owned: {sorted(misowned)}")
    REGISTRY[operation.name] = operation
    return operation


def id_fields(command: type[msgspec.Struct]) -> frozenset[str]:
    """The fields of a command that name a row."""
    return frozenset(
        name for name, rules in fields.rules_by_field(command).items() if any(isinstance(r, fields.IdOf) for r in rules)
    )


def _types_of(function: Callable[..., Awaitable[Any]]) -> tuple[type[msgspec.Struct], Any]:
    """The command, which is a function's third argument, and its result, out of the Outcome where it returns one."""
    hints = get_type_hints(function, include_extras=True)
    result = hints.pop("return")
    command = list(hints.values())[2]
    if get_origin(result) is Outcome:
        (result,) = get_args(result)
    return command, result


def _declaring(*, owns: Mapping[str, Owner] | None, **declared: Any) -> Callable[[Callable[..., Any]], Operation]:
    """The decorator that registers a function as an operation declared so; its name stands for the operation then."""

    def declare(function: Callable[..., Awaitable[Any]]) -> Operation:
        """Register the decorated function, with the command and the result that its annotations name."""
        command, result = _types_of(function)
        return _register(
            Operation(command=command, result=result, function=function, owns=dict(owns or {}), **declared)
        )

    return declare


def query(
    name: str,
    *,
    who: Access,
    rate: tuple[RateClass, ...] = (),
    scope: KeyScope | None = KeyScope.READ,
    owns: Mapping[str, Owner] | None = None,
) -> Callable[[Callable[[Any, Any, Any], Awaitable[Any]]], Operation]:
    """Declare `async def f(look: Look, actor: Actor, command) -> Result` as a query."""
    return _declaring(name=name, kind=Kind.QUERY, who=who, rate=rate, scope=scope, owns=owns)


def mutation(
    name: str,
    *,
    who: Access,
    ledger: Ledger,
    emits: tuple[EventType, ...],
    rate: tuple[RateClass, ...] = (),
    scope: KeyScope | None = None,
    owns: Mapping[str, Owner] | None = None,
    prepare: Callable[..., Awaitable[Any]] | None = None,
    rechecks_replay: bool = False,
    explains_signature: bool = False,
) -> Callable[[Callable[..., Awaitable[Outcome[Any]]]], Operation]:
    """Declare `async def f(tx: MutationTx, actor: Actor, command[, prepared]) -> Outcome[Result]` as a mutation.

    prepare: `async def p(services, actor, command)`, what is costly and pure; it runs before any transaction, and its
    result is the verb's fourth argument.
    """
    return _declaring(
        name=name,
        kind=Kind.MUTATION,
        who=who,
        rate=rate,
        scope=scope,
        ledger=ledger,
        emits=emits,
        owns=owns,
        prepare=prepare,
        rechecks_replay=rechecks_replay,
        explains_signature=explains_signature,
    )
