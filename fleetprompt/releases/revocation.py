"""What revoking a release changes, whoever asks for it: its publisher or an admin (spec 3 Revoking, 4)."""

from __future__ import annotations

from typing import Any

import msgspec

from fleetprompt.enums import ReleaseStatus
from fleetprompt.listings.events import status_changed
from fleetprompt.listings.rules import facet_changes
from fleetprompt.listings.statements import count_facets, stand
from fleetprompt.releases import events, rules, statements
from fleetprompt.releases.statements import ReleaseRow, RevocableRow
from fleetprompt.runtime.audit import Event
from fleetprompt.store.statements import Bound


class Revocation(msgspec.Struct, frozen=True, kw_only=True):
    """The release as it is afterwards, with the writes and the events that make it so.

    The events are `release.revoked` and, where a published listing loses its last release, `listing.status_changed`.
    """

    revoked: ReleaseRow
    writes: list[Bound[Any]]
    events: list[Event]


def revocation(row: RevocableRow, reason: str, now_ms: int) -> Revocation:
    """The revocation of `row` for `reason`. Raises CONFLICT (`transition`) where it is revoked already."""
    if row.status == ReleaseStatus.REVOKED:
        raise rules.already_revoked()
    before = row.standing
    after = rules.standing_without(before, row.best_remaining)
    happened = events.revoked(row.publisher_id, row.listing_id, row.id, row.version)
    writes = [
        statements.revoke(row.listing_id, row.id, reason, now_ms),
        stand(row.listing_id, before, after, now_ms),
        *count_facets(facet_changes(row.facets(before.status), row.facets(after.status))),
    ]
    side_effects = []
    if after.status != before.status:
        side_effects.append(
            status_changed(row.publisher_id, row.listing_id, before.status, after.status, cause=happened.event_id)
        )
    revoked = msgspec.structs.replace(
        row, status=ReleaseStatus.REVOKED.value, revoked_at_ms=now_ms, revoke_reason=reason
    )
    return Revocation(revoked=revoked, writes=writes, events=[happened, *side_effects])
