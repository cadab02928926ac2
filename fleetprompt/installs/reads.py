"""What buyers see of their intents, never from a cache (spec 3 Caching), and what publishers would undo."""

from __future__ import annotations

from fleetprompt.authz import Access, Actor, own_as_publisher, own_as_user
from fleetprompt.enums import ReleaseStatus
from fleetprompt.errors import not_found
from fleetprompt.fields import or_none
from fleetprompt.installs import shapes
from fleetprompt.installs.model import (
    ForeseeRevocation,
    InstallIntent,
    InstallIntentReply,
    ListIntents,
    OutlookReply,
    ShowIntent,
)
from fleetprompt.installs.statements import intents, revocations
from fleetprompt.rate_limits import RateClass
from fleetprompt.releases.rules import already_revoked, standing_without
from fleetprompt.runtime.operations import Owner, query
from fleetprompt.runtime.pagination import Page, Pager
from fleetprompt.runtime.run import Look


@query("installs.list_intents", who=Access.SIGNED_IN, rate=(RateClass.SIGNED_IN_READ,))
async def list_intents(look: Look, buyer: Actor, command: ListIntents) -> Page[InstallIntent]:
    """The buyer's own intents, newest first (spec 6.4). Raises VALIDATION_FAILED on `cursor`."""
    scope = own_as_user(buyer)
    pager = Pager(look.ring, "installs.list_intents", str(scope.user_id), command)
    rows = await look.many(
        intents.page(
            scope,
            status=or_none(command.status),
            now_ms=look.now_ms,
            after_id=pager.after_id,
            fetch=pager.fetch,
        )
    )
    return pager.page(rows, lambda row: shapes.buyers_intent(row, look.now_ms))


@query(
    "installs.show_intent",
    who=Access.SIGNED_IN,
    rate=(RateClass.SIGNED_IN_READ,),
    owns={"install_intent_id": Owner.BUYER},
)
async def show_intent(look: Look, buyer: Actor, command: ShowIntent) -> InstallIntentReply:
    """One of the buyer's own intents (spec 6.5). Raises NOT_FOUND."""
    intent = await look.one(intents.of_buyer(own_as_user(buyer), command.install_intent_id))
    if intent is None:
        raise not_found()
    return InstallIntentReply(shapes.buyers_intent(intent, look.now_ms))


@query(
    "installs.foresee_revocation",
    who=Access.PUBLISHER,
    rate=(RateClass.SIGNED_IN_READ,),
    owns={"release_id": Owner.PUBLISHER},
)
async def foresee_revocation(look: Look, actor: Actor, command: ForeseeRevocation) -> OutlookReply:
    """What revoking a release of the caller's now would do; it decides as the revocation itself does (spec 3, 4).

    Raises NOT_FOUND; CONFLICT (`transition`) where it is revoked already.
    """
    row = await look.one(revocations.outlook(own_as_publisher(actor), command.release_id, look.now_ms))
    if row is None:
        raise not_found()
    if row.status == ReleaseStatus.REVOKED:
        raise already_revoked()
    after = standing_without(row.standing, row.best_remaining)
    return OutlookReply(shapes.outlook(after, row.open_intents))
