"""Putting a flag on a listing, and taking it off."""

from __future__ import annotations

import msgspec
from msgspec import UNSET

from fleetprompt.authz import Access, Actor, everything
from fleetprompt.enums import EventType, KeyScope
from fleetprompt.errors import not_found
from fleetprompt.listings.rules import etag
from fleetprompt.moderation import events, rules, shapes
from fleetprompt.moderation.commands import FlagListing
from fleetprompt.moderation.model import AdminListingReply
from fleetprompt.moderation.statements import listings
from fleetprompt.rate_limits import RateClass
from fleetprompt.runtime.operations import Ledger, Outcome, Owner, mutation
from fleetprompt.runtime.run import MutationTx


@mutation(
    "moderation.flag_listing",
    who=Access.ADMIN,
    scope=KeyScope.ADMIN,
    rate=(RateClass.WRITE,),
    ledger=Ledger.REQUIRED,
    emits=(EventType.LISTING_FLAGGED,),
    owns={"listing_id": Owner.ADMIN},
)
async def flag_listing(tx: MutationTx, admin: Actor, command: FlagListing) -> Outcome[AdminListingReply]:
    """Mark a listing for admins to look at, or take the mark off; nobody else sees it (spec 6.5).

    Flagging it again replaces the reason. The reason for taking a flag off stands in the audit log alone.
    Raises NOT_FOUND; CONFLICT (`transition`) where there is no flag to take off.
    """
    row = await tx.one(listings.listing(everything(admin), command.listing_id))
    if row is None:
        raise not_found()
    if refusal := rules.refusal_to_flag(was_flagged=row.flagged, is_flagged=command.flagged):
        raise refusal
    reason = None if command.reason is UNSET or not command.flagged else command.reason
    flagged = msgspec.structs.replace(
        row,
        flagged=command.flagged,
        flag_reason=reason,
        reviewed_revision=row.revision,
        reviewed_at_ms=tx.now_ms,
    )
    return Outcome(
        shapes.listing_reply(flagged),
        writes=[
            listings.flag(
                row.id,
                row.revision,
                was_flagged=row.flagged,
                is_flagged=command.flagged,
                reason=reason,
                now_ms=tx.now_ms,
            )
        ],
        events=[events.listing_flagged(row.publisher_id, row.id, command.flagged, command.reason)],
        etag=etag(row.revision),
    )
