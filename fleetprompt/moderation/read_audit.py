"""Reading the audit log."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from msgspec import UNSET

from fleetprompt.authz import Access, Actor, everything
from fleetprompt.enums import ActorType, KeyScope
from fleetprompt.fields import or_none
from fleetprompt.moderation import shapes
from fleetprompt.moderation.commands import ReadAudit
from fleetprompt.moderation.model import AuditEvent
from fleetprompt.moderation.statements import audit
from fleetprompt.rate_limits import RateClass
from fleetprompt.runtime.operations import Owner, query
from fleetprompt.runtime.pagination import Page, Pager
from fleetprompt.runtime.run import Look

_COLUMN_OF: Final = {
    "event_id": "id",
    **{
        name: name for name in ("cause_event_id", "type", "listing_id", "release_id", "install_intent_id", "request_id")
    },
}


@query(
    "moderation.audit",
    who=Access.ADMIN,
    scope=KeyScope.ADMIN,
    rate=(RateClass.SIGNED_IN_READ,),
    owns={
        "listing_id": Owner.ADMIN,
        "release_id": Owner.ADMIN,
        "install_intent_id": Owner.ADMIN,
        "request_id": Owner.ADMIN,
        "event_id": Owner.ADMIN,
        "cause_event_id": Owner.ADMIN,
    },
)
async def read_audit(look: Look, admin: Actor, command: ReadAudit) -> Page[AuditEvent]:
    """The audit log, the newest event first by its id, which is the order of creation (spec 6.7).

    With two filters or more, times aside, a page may hold fewer events than fit and still have a `nextCursor`: it ends
    where it has looked at as many as it may. Raises VALIDATION_FAILED on `cursor`.
    """
    scope = everything(admin)
    pager = Pager(look.ring, "moderation.audit", "admin", command)
    filters = _filters(command)
    rows = await look.many(audit.page(scope, filters, after_id=pager.after_id, fetch=pager.fetch))
    page = pager.page(rows, shapes.event)
    if len(rows) == pager.fetch or not filters.is_scanned:
        return page
    end = await look.one(audit.scan_end(scope, filters, after_id=pager.after_id))
    if end is None or end.scanned < audit.SCAN_MAX:
        return page
    last_seen = min(end.id, rows[-1].id) if rows else end.id
    return msgspec.structs.replace(page, next_cursor=pager.cursor_after([last_seen]))


def _filters(command: ReadAudit) -> audit.EventFilters:
    given = {column: getattr(command, name) for name, column in _COLUMN_OF.items()}
    equal: dict[str, Any] = {column: value for column, value in given.items() if value is not UNSET}
    if command.actor is not UNSET and command.actor.type is ActorType.SYSTEM:
        equal[audit.SYSTEM] = True
    elif command.actor is not UNSET:
        equal["actor_id"], equal["actor_type"] = command.actor.id, command.actor.type.value
    return audit.EventFilters(
        equal=equal,
        since_ms=or_none(command.since_ms),
        until_ms=or_none(command.until_ms),
    )
