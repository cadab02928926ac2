"""The audit log: a timeline by day, narrowed down by filters in the address, along the causes of events."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any, Final

from fleetprompt.authz import Access
from fleetprompt.enums import ActorType, EventType
from fleetprompt.errors import Code, Refusal
from fleetprompt.moderation.model import AuditEvent
from fleetprompt.moderation.read_audit import read_audit
from fleetprompt.pages import moments
from fleetprompt.pages.answers import Answer, Html
from fleetprompt.pages.declaring import Page
from fleetprompt.pages.moderation.listings import place_of
from fleetprompt.pages.moderation.sentences import Part, reason_of, sentence_of
from fleetprompt.pages.rendering import with_query
from fleetprompt.pages.visit import Visit
from fleetprompt.runtime.pagination import Page as Found

SHOWN: Final = 50
PATH: Final = "/moderation/audit"
DAYS: Final = {"since": timedelta(0), "until": timedelta(days=1, milliseconds=-1)}
"""The filters that are days, and which of its moments each means."""

FILTERS: Final = {
    "actor": "by",
    "type": "type",
    "listingId": "listing",
    "releaseId": "release",
    "installIntentId": "install intent",
    "requestId": "request",
    "eventId": "event",
    "causeEventId": "because of",
    "since": "since",
    "until": "until",
}
"""The filters by their parameters, as a page calls them. `since` and `until` are days, both included."""

FILTER_OF: Final = {
    "usr": "actor",
    "prt": "actor",
    "system": "actor",
    "lst": "listingId",
    "rel": "releaseId",
    "int": "installIntentId",
    "req": "requestId",
    "evt": "eventId",
}
"""Which filter an id belongs to, by its prefix."""


@dataclass(frozen=True)
class Told:
    """One event as the timeline shows it. cause_url: empty where nothing else brought it about."""

    event: AuditEvent
    sentence: list[Part]
    reason: str
    cause_url: str


@dataclass(frozen=True)
class Chip:
    """A filter that is on, and the address of the same timeline without it."""

    name: str
    value: str
    without_url: str


async def _show(visit: Visit) -> Answer:
    asked = {name: values[0].strip() for name, values in visit.asked(*FILTERS).items()}
    if one := visit.query.get("id", [""])[0].strip():
        name = FILTER_OF.get(one.partition("_")[0])
        elsewhere = place_of(one) if name is None else ""
        return visit.see_other(elsewhere or with_query(PATH, **{**asked, name or "requestId": one}))
    context: dict[str, Any] = {
        "asked": asked,
        "chips": [Chip(FILTERS[name], value, _without(asked, name)) for name, value in asked.items()],
        "dates": {name: asked.get(name, "") if _is_day(asked.get(name, "")) else "" for name in ("since", "until")},
        "types": list(EventType),
        "system": ActorType.SYSTEM.value,
        "days": [],
        "shown": 0,
        **visit.pager(PATH, None, **asked),
        "refusal": None,
    }
    try:
        found: Found[AuditEvent] = await visit.ask(read_audit, **_as_sent(asked), **visit.asked("cursor"), limit=SHOWN)
    except Refusal as refusal:
        if refusal.code is not Code.VALIDATION_FAILED:
            raise
        return Html("moderation/audit.html", {**context, "refusal": refusal}, refusal=refusal)
    context["days"] = _by_day(found.items)
    context["shown"] = len(found.items)
    context |= visit.pager(PATH, found.next_cursor, **asked)
    return Html("moderation/audit.html", context)


def _without(asked: dict[str, str], name: str) -> str:
    return with_query(PATH, **{other: value for other, value in asked.items() if other != name})


def _as_sent(asked: dict[str, str]) -> dict[str, str]:
    """The filters as the operation takes them: days become their first and last millisecond, in UTC.

    What is no day stays as it is, and is refused by name.
    """
    sent = {name: value for name, value in asked.items() if name not in DAYS}
    for name, later in DAYS.items():
        if day := asked.get(name):
            at_ms = round((datetime.fromisoformat(f"{day}T00:00Z") + later).timestamp() * 1000) if _is_day(day) else day
            sent[f"{name}Ms"] = str(at_ms)
    return sent


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _by_day(events: Any) -> list[tuple[str, list[Told]]]:
    here = {event.event_id for event in events}
    days = groupby(events, key=lambda event: moments.date(event.created_at_ms))
    return [(day, [_told(event, here) for event in those]) for day, those in days]


def _told(event: AuditEvent, here: set[str]) -> Told:
    cause = event.cause_event_id or ""
    cause_url = f"#{cause}" if cause in here else with_query(PATH, eventId=cause) if cause else ""
    return Told(event, sentence_of(event), reason_of(event), cause_url)


AUDIT: Final = Page(name="audit", path=PATH, show=_show, reads=(read_audit,), who=Access.ADMIN)
