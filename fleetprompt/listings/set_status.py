"""Moving a listing between draft, published and unlisted."""

from __future__ import annotations

import msgspec

from fleetprompt.authz import Access, Actor, own_as_publisher
from fleetprompt.enums import EventType, KeyScope, ListingStatus
from fleetprompt.errors import not_found
from fleetprompt.listings import events, rules, shapes, statements
from fleetprompt.listings.model import ListingReply, SetStatus
from fleetprompt.listings.reads import OWNS_LISTING
from fleetprompt.rate_limits import RateClass
from fleetprompt.runtime.operations import Ledger, Outcome, mutation
from fleetprompt.runtime.run import MutationTx


@mutation(
    "listings.set_status",
    who=Access.PUBLISHER,
    scope=KeyScope.PUBLISH,
    rate=(RateClass.WRITE,),
    ledger=Ledger.REQUIRED,
    emits=(EventType.LISTING_STATUS_CHANGED,),
    owns=OWNS_LISTING,
)
async def set_status(tx: MutationTx, actor: Actor, command: SetStatus) -> Outcome[ListingReply]:
    """Move a listing along the transitions that are its publisher's (spec 4).

    Raises NOT_FOUND; CONFLICT (`suspended`, `transition`, `no_published_release`).
    """
    row = await tx.one(statements.listing(own_as_publisher(actor), command.listing_id))
    if row is None:
        raise not_found()
    before, wanted = row.standing, ListingStatus(command.status)
    if refusal := rules.refusal_to_move(before.status, wanted, before.published_releases):
        raise refusal
    after = msgspec.structs.replace(before, status=wanted)
    moved = msgspec.structs.replace(row, status=wanted.value, updated_at_ms=tx.now_ms)
    return Outcome(
        shapes.listing_reply(moved),
        writes=[
            statements.stand(row.id, before, after, tx.now_ms),
            *statements.count_facets(rules.facet_changes(row.facets, moved.facets)),
        ],
        events=[events.status_changed(actor.publisher, row.id, before.status, wanted)],
        etag=rules.etag(row.revision),
    )
