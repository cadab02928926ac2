"""The audit events that a request wrote."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx

from fleetprompt import ids
from tests.support.databases import Database


@dataclass(frozen=True)
class Happened:
    """One event. actor: its type and its user's id, None for the system."""

    id: UUID
    type: str
    actor: tuple[str, str | None]
    publisher_id: str | None
    cause: UUID | None
    details: dict[str, Any]


_COLUMNS = "id, type, actor_type, actor_id, publisher_id, cause_event_id, details"


def events_of(database: Database, response: httpx.Response) -> list[Happened]:
    """The events of the request behind `response`, in the order in which they were made."""
    request_id = ids.decode("req", response.headers["x-request-id"])
    return _happened(
        database.rows(f"select {_COLUMNS} from audit_events where request_id = %s order by id", request_id)
    )


def events_about(database: Database, user_id: str, *types: str) -> list[Happened]:
    """The events of these types whose details name a user, whoever made them."""
    return _happened(
        database.rows(
            f"select {_COLUMNS} from audit_events where details->>'userId' = %s and type = any(%s) order by id",
            user_id,
            list(types),
        )
    )


def _happened(rows: list[tuple[Any, ...]]) -> list[Happened]:
    return [
        Happened(
            id=event_id,
            type=event_type,
            actor=(actor_type, None if actor_id is None else ids.encode("usr", actor_id)),
            publisher_id=None if publisher_id is None else ids.encode("pub", publisher_id),
            cause=cause,
            details=details or {},
        )
        for event_id, event_type, actor_type, actor_id, publisher_id, cause, details in rows
    ]
