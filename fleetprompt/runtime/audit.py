"""The event log: append-only, written in the transaction of what it tells about (spec 2.5, 6.7)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar
from uuid import UUID

import msgspec
from sqlalchemy import insert

from fleetprompt.authz import Actor
from fleetprompt.enums import EventType
from fleetprompt.ids import new_uuid
from fleetprompt.store.statements import Bound, inserting, json, parameters
from fleetprompt.store.tables import audit_events

DETAILS: Final[dict[EventType, type[msgspec.Struct]]] = {}
"""The declared struct of each event type that has details."""

D = TypeVar("D", bound=type[msgspec.Struct])


def details_of(*types: EventType) -> Callable[[D], D]:
    """Declare the struct that events of these types carry as `details`."""

    def declare(struct: D) -> D:
        """Register the decorated struct. Raises ValueError where one of the types has details already."""
        for event_type in types:
            if event_type in DETAILS:
                raise ValueError(f"{event_type} has details already")
            DETAILS[event_type] = struct
        return struct

    return declare


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that happened. `summary` is a sentence without secrets; `cause` is the event that brought it about."""

    type: EventType
    summary: str
    event_id: UUID = msgspec.field(default_factory=new_uuid)
    publisher_id: UUID | None = None
    listing_id: UUID | None = None
    release_id: UUID | None = None
    install_intent_id: UUID | None = None
    details: msgspec.Struct | None = None
    cause: UUID | None = None

    def __post_init__(self) -> None:
        declared = DETAILS.get(self.type)
        if self.details is not None and type(self.details) is not declared:
            raise TypeError(f"details of {self.type} are {declared}, not {type(self.details)}")


_INSERT: Final = inserting("audit.append", insert(audit_events).values(parameters(*audit_events.columns.keys())))


def append(event: Event, actor: Actor, request_id: UUID, now_ms: int) -> Bound[Any]:
    """The write that adds `event` to the log, on behalf of `actor`."""
    actor_type, actor_id = actor.audit_identity
    return _INSERT.bind(
        id=event.event_id,
        type=event.type.value,
        actor_type=actor_type.value,
        actor_id=actor_id,
        publisher_id=event.publisher_id,
        listing_id=event.listing_id,
        release_id=event.release_id,
        install_intent_id=event.install_intent_id,
        created_at_ms=now_ms,
        request_id=request_id,
        cause_event_id=event.cause,
        summary=event.summary,
        details=json(event.details),
    )
