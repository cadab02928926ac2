"""Reading the audit log: each page walks back along one index, and looks at no more than `SCAN_MAX` events."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, FromClause, ScalarSelect, Select, bindparam, func, select

from fleetprompt.authz import AdminScope
from fleetprompt.store.statements import Bound, Statement, per_shape, reading
from fleetprompt.store.tables import audit_events, listings, partner_keys, publishers, releases, users

SCAN_MAX: Final = 5_000
"""How many events one page looks at where it filters by more than one thing; the next page goes on behind them."""

_CLOCK_LEAD_MAX: Final = 10_000
"""By how many events the order of clocks may differ from the order of ids: more than are written in the seconds by
which processes, hosts and slow mutations are apart.
"""

SYSTEM: Final = "system"
LEADING_FIRST: Final = (
    "id",
    "cause_event_id",
    "install_intent_id",
    "request_id",
    "release_id",
    "listing_id",
    "actor_id",
    SYSTEM,
    "type",
)
"""What events are filtered by. The first that is given chooses the index: what fewer events share comes earlier."""

_FILTERS: Final = (*LEADING_FIRST, "actor_type")


class EventRow(msgspec.Struct, frozen=True):
    """One event. details: JSON, as stored. The names are today's; those of what is gone are None."""

    id: UUID
    type: str
    actor_type: str
    actor_id: UUID | None
    publisher_id: UUID | None
    listing_id: UUID | None
    release_id: UUID | None
    install_intent_id: UUID | None
    created_at_ms: int
    request_id: UUID
    cause_event_id: UUID | None
    summary: str
    details: dict[str, Any] | None
    actor_name: str | None
    publisher_handle: str | None
    listing_name: str | None
    release_version: str | None


class ScanEndRow(msgspec.Struct, frozen=True):
    """The last event that a page looked at, and how many it looked at."""

    id: UUID
    scanned: int


class EventFilters(msgspec.Struct, frozen=True, kw_only=True):
    """Which events are meant. equal: values by column; `system` stands for events without an actor's id.

    since_ms, until_ms: both included.
    """

    equal: dict[str, Any]
    since_ms: int | None
    until_ms: int | None

    @property
    def shape(self) -> _Shape:
        """What of it makes another statement."""
        names = tuple(name for name in _FILTERS if name in self.equal)
        return _Shape(names, self.since_ms is not None, self.until_ms is not None)

    @property
    def is_scanned(self) -> bool:
        """Whether a page may end before it is full, because no index serves all the filters at once."""
        return len(self.equal) > 1

    def values(self, after_id: UUID) -> dict[str, Any]:
        """The statement's parameters."""
        given = {"since_ms": self.since_ms, "until_ms": self.until_ms, "after_id": after_id, **self.equal}
        return {name: value for name, value in given.items() if value is not None and name != SYSTEM}


class _Shape(msgspec.Struct, frozen=True):
    names: tuple[str, ...]
    has_since: bool
    has_until: bool

    def title(self, what: str) -> str:
        parts = {"since": self.has_since, "until": self.has_until}
        return ".".join([f"moderation.{what}", *self.names, *(part for part, given in parts.items() if given)])

    def matching(self, events: FromClause, names: tuple[str, ...]) -> list[ColumnElement[bool]]:
        conditions = [events.c.actor_id.is_(None) if n == SYSTEM else events.c[n] == bindparam(n) for n in names]
        if self.has_since:
            conditions.append(events.c.created_at_ms >= bindparam("since_ms"))
        if self.has_until:
            conditions.append(events.c.created_at_ms <= bindparam("until_ms"))
        return conditions

    def ids(self) -> list[ColumnElement[bool]]:
        bounds = [audit_events.c.id < bindparam("after_id")]
        if self.has_since:
            bounds.append(audit_events.c.id >= _first_since())
        if self.has_until:
            bounds.append(audit_events.c.id <= _last_until())
        return bounds


def _first_since() -> ScalarSelect[Any]:
    """The lowest id among the first events of a time: no event of that time lies before it."""
    near = audit_events.alias("near")
    first = (
        select(near.c.id)
        .where(near.c.created_at_ms >= bindparam("since_ms"))
        .order_by(near.c.created_at_ms, near.c.id)
        .limit(_CLOCK_LEAD_MAX)
        .subquery("first")
    )
    return select(first.c.id).order_by(first.c.id).limit(1).scalar_subquery()


def _last_until() -> ScalarSelect[Any]:
    """The highest id among the last events of a time: no event of that time lies behind it."""
    near = audit_events.alias("near")
    last = (
        select(near.c.id)
        .where(near.c.created_at_ms <= bindparam("until_ms"))
        .order_by(near.c.created_at_ms.desc(), near.c.id.desc())
        .limit(_CLOCK_LEAD_MAX)
        .subquery("last")
    )
    return select(last.c.id).order_by(last.c.id.desc()).limit(1).scalar_subquery()


def _scanned(columns: tuple[str, ...], shape: _Shape) -> FromClause:
    """The newest `SCAN_MAX` events that the leading filter admits."""
    leading = _Shape(shape.names[:1], has_since=False, has_until=False)
    return (
        select(*(audit_events.c[name] for name in columns))
        .where(*leading.matching(audit_events, leading.names), *shape.ids())
        .order_by(audit_events.c.id.desc())
        .limit(SCAN_MAX)
        .subquery("scanned")
    )


_EXAMPLES: Final = [
    {"shape": _Shape((), has_since=False, has_until=False)},
    {"shape": _Shape((), has_since=True, has_until=True)},
    *({"shape": _Shape((name,), has_since=False, has_until=False)} for name in LEADING_FIRST),
    {"shape": _Shape(("listing_id", "type"), has_since=True, has_until=True)},
]


_STORED: Final = tuple(name for name in EventRow.__struct_fields__ if name in audit_events.c)


def _names(events: FromClause) -> list[ColumnElement[Any]]:
    """Whom and what an event names, as they are called now: looked up for the events of a page alone."""
    person = select(users.c.display_name).where(users.c.id == events.c.actor_id)
    partner = select(func.coalesce(partner_keys.c.label, partner_keys.c.target_system)).where(
        partner_keys.c.id == events.c.actor_id
    )
    publisher = select(publishers.c.handle).where(publishers.c.id == events.c.publisher_id)
    listing = select(listings.c.name).where(listings.c.id == events.c.listing_id)
    release = select(releases.c.version).where(
        releases.c.listing_id == events.c.listing_id, releases.c.id == events.c.release_id
    )
    return [
        func.coalesce(person.scalar_subquery(), partner.scalar_subquery()).label("actor_name"),
        publisher.scalar_subquery().label("publisher_handle"),
        listing.scalar_subquery().label("listing_name"),
        release.scalar_subquery().label("release_version"),
    ]


@per_shape(examples=_EXAMPLES)
def _page(*, shape: _Shape) -> Statement[EventRow]:
    query: Select[Any]
    if len(shape.names) > 1:
        scanned = _scanned(_STORED, shape)
        query = (
            select(*scanned.c, *_names(scanned))
            .where(*shape.matching(scanned, shape.names[1:]))
            .order_by(scanned.c.id.desc())
        )
    else:
        query = (
            select(*(audit_events.c[name] for name in _STORED), *_names(audit_events))
            .where(*shape.matching(audit_events, shape.names), *shape.ids())
            .order_by(audit_events.c.id.desc())
        )
    return reading(shape.title("events"), query.limit(bindparam("fetch")), EventRow)


def page(_: AdminScope, filters: EventFilters, *, after_id: UUID, fetch: int) -> Bound[EventRow]:
    """Events, the newest first."""
    return _page(shape=filters.shape).bind(**filters.values(after_id), fetch=fetch)


@per_shape(examples=_EXAMPLES[-1:])
def _scan_end(*, shape: _Shape) -> Statement[ScanEndRow]:
    scanned = _scanned(("id",), shape)
    return reading(
        shape.title("events_scanned"),
        select(scanned.c.id, func.count().over().label("scanned")).order_by(scanned.c.id).limit(1),
        ScanEndRow,
    )


def scan_end(_: AdminScope, filters: EventFilters, *, after_id: UUID) -> Bound[ScanEndRow]:
    """Where the page of `filters` behind `after_id` stopped looking; no row where there was nothing to look at."""
    return _scan_end(shape=filters.shape).bind(**filters.values(after_id))
