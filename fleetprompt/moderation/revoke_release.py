"""Revoking a release as an admin."""

from __future__ import annotations

from fleetprompt.authz import Access, Actor, everything
from fleetprompt.enums import EventType, KeyScope
from fleetprompt.errors import not_found
from fleetprompt.moderation import shapes
from fleetprompt.moderation.commands import RevokeRelease
from fleetprompt.moderation.model import AdminReleaseReply
from fleetprompt.rate_limits import RateClass
from fleetprompt.releases.revocation import revocation
from fleetprompt.releases.statements import revocable
from fleetprompt.runtime.operations import Ledger, Outcome, Owner, mutation
from fleetprompt.runtime.run import MutationTx


@mutation(
    "moderation.revoke_release",
    who=Access.ADMIN,
    scope=KeyScope.ADMIN,
    rate=(RateClass.WRITE,),
    ledger=Ledger.REQUIRED,
    emits=(EventType.RELEASE_REVOKED, EventType.LISTING_STATUS_CHANGED),
    owns={"release_id": Owner.ADMIN},
)
async def revoke_release(tx: MutationTx, admin: Actor, command: RevokeRelease) -> Outcome[AdminReleaseReply]:
    """Revoke anybody's release for good, with all that follows when its publisher does (spec 3 Revoking, 4).

    Raises NOT_FOUND; CONFLICT (`transition`) where it is revoked already.
    """
    row = await tx.one(revocable(everything(admin), command.release_id))
    if row is None:
        raise not_found()
    change = revocation(row, command.reason, tx.now_ms)
    return Outcome(shapes.release_reply(change.revoked), writes=change.writes, events=change.events)
