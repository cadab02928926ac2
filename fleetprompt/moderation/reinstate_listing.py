"""Ending the suspension of a listing."""

from __future__ import annotations

import msgspec

from fleetprompt.authz import Access, Actor, everything
from fleetprompt.enums import EventType, KeyScope, ListingStatus
from fleetprompt.errors import not_found
from fleetprompt.listings.rules import etag, facet_changes, stale_edit
from fleetprompt.listings.statements import count_facets
from fleetprompt.moderation import events, rules, shapes
from fleetprompt.moderation.commands import ReinstateListing
from fleetprompt.moderation.model import AdminListingReply
from fleetprompt.moderation.statements import listings
from fleetprompt.rate_limits import RateClass
from fleetprompt.runtime.operations import Ledger, Outcome, Owner, mutation
from fleetprompt.runtime.run import MutationTx


@mutation(
    "moderation.reinstate_listing",
    who=Access.ADMIN,
    scope=KeyScope.ADMIN,
    rate=(RateClass.WRITE,),
    ledger=Ledger.REQUIRED,
    emits=(EventType.LISTING_REINSTATED,),
    owns={"listing_id": Owner.ADMIN},
)
async def reinstate_listing(tx: MutationTx, admin: Actor, command: ReinstateListing) -> Outcome[AdminListingReply]:
    """Give a suspended listing the status back that it had (spec 4 Transitions).

    One that was published and has no published release left becomes unlisted. `If-Match` holds the etag of what was
    reviewed, so that nothing comes back that its publisher rewrote meanwhile.
    Raises NOT_FOUND; CONFLICT (`stale_edit`) where it was edited since, (`transition`) where it is not suspended.
    """
    row = await tx.one(listings.listing(everything(admin), command.listing_id))
    if row is None:
        raise not_found()
    if refusal := stale_edit(command.if_match, row.revision):
        raise refusal
    if row.status_before_suspension is None:
        raise rules.not_suspended(ListingStatus(row.status))
    after = rules.status_when_reinstated(ListingStatus(row.status_before_suspension), row.published_releases)
    reinstated = msgspec.structs.replace(
        row,
        status=after.value,
        status_before_suspension=None,
        suspend_reason=None,
        suspended_at_ms=None,
        reviewed_revision=row.revision,
        reviewed_at_ms=tx.now_ms,
        updated_at_ms=tx.now_ms,
    )
    return Outcome(
        shapes.listing_reply(reinstated),
        writes=[
            listings.reinstate(row.id, row.revision, after, tx.now_ms),
            *count_facets(facet_changes(row.facets, reinstated.facets)),
        ],
        events=[events.listing_reinstated(row.publisher_id, row.id, after, command.reason)],
        etag=etag(row.revision),
    )
