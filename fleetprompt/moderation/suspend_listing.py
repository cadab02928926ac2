"""Suspending a listing."""

from __future__ import annotations

import msgspec

from fleetprompt.authz import Access, Actor, everything
from fleetprompt.enums import EventType, KeyScope, ListingStatus
from fleetprompt.errors import not_found
from fleetprompt.listings.rules import etag, facet_changes
from fleetprompt.listings.statements import count_facets
from fleetprompt.moderation import events, rules, shapes
from fleetprompt.moderation.commands import SuspendListing
from fleetprompt.moderation.model import AdminListingReply
from fleetprompt.moderation.statements import listings
from fleetprompt.rate_limits import RateClass
from fleetprompt.runtime.operations import Ledger, Outcome, Owner, mutation
from fleetprompt.runtime.run import MutationTx


@mutation(
    "moderation.suspend_listing",
    who=Access.ADMIN,
    scope=KeyScope.ADMIN,
    rate=(RateClass.WRITE,),
    ledger=Ledger.REQUIRED,
    emits=(EventType.LISTING_SUSPENDED,),
    owns={"listing_id": Owner.ADMIN},
)
async def suspend_listing(tx: MutationTx, admin: Actor, command: SuspendListing) -> Outcome[AdminListingReply]:
    """Take a listing from public view, whatever its status, and keep it from being installed (spec 4 Transitions).

    Raises NOT_FOUND; CONFLICT (`transition`) where it is suspended already.
    """
    row = await tx.one(listings.listing(everything(admin), command.listing_id))
    if row is None:
        raise not_found()
    before = ListingStatus(row.status)
    if refusal := rules.refusal_to_suspend_listing(before):
        raise refusal
    suspended = msgspec.structs.replace(
        row,
        status=ListingStatus.SUSPENDED.value,
        status_before_suspension=before.value,
        suspend_reason=command.reason,
        suspended_at_ms=tx.now_ms,
        reviewed_revision=row.revision,
        reviewed_at_ms=tx.now_ms,
        updated_at_ms=tx.now_ms,
    )
    return Outcome(
        shapes.listing_reply(suspended),
        writes=[
            listings.suspend(row.id, before, row.revision, command.reason, tx.now_ms),
            *count_facets(facet_changes(row.facets, suspended.facets)),
        ],
        events=[events.listing_suspended(row.publisher_id, row.id, before, command.reason)],
        etag=etag(row.revision),
    )
