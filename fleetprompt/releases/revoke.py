"""Revoking a release."""

from __future__ import annotations

from fleetprompt.authz import Access, Actor, own_as_publisher
from fleetprompt.enums import EventType, KeyScope
from fleetprompt.errors import not_found
from fleetprompt.rate_limits import RateClass
from fleetprompt.releases import shapes, statements
from fleetprompt.releases.model import ReleaseReply, RevokeRelease
from fleetprompt.releases.revocation import revocation
from fleetprompt.runtime.operations import Ledger, Outcome, Owner, mutation
from fleetprompt.runtime.run import MutationTx


@mutation(
    "releases.revoke",
    who=Access.PUBLISHER,
    scope=KeyScope.PUBLISH,
    rate=(RateClass.WRITE,),
    ledger=Ledger.REQUIRED,
    emits=(EventType.RELEASE_REVOKED, EventType.LISTING_STATUS_CHANGED),
    owns={"release_id": Owner.PUBLISHER},
)
async def revoke(tx: MutationTx, actor: Actor, command: RevokeRelease) -> Outcome[ReleaseReply]:
    """Revoke one of the caller's releases for good, whatever its listing's status (spec 3, 4, 6.4).

    The last published release of a published listing takes the listing to `unlisted` with it.
    Raises NOT_FOUND; CONFLICT (`transition`) where it is revoked already.
    """
    row = await tx.one(statements.revocable(own_as_publisher(actor), command.release_id))
    if row is None:
        raise not_found()
    change = revocation(row, command.reason, tx.now_ms)
    return Outcome(shapes.release_reply(change.revoked), writes=change.writes, events=change.events)
