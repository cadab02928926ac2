"""What buyers see of their intents, never from a cache (spec 3 Caching)."""

from __future__ import annotations

from msgspec import UNSET

from fleetprompt.authz import Access, Actor, own_as_user
from fleetprompt.errors import not_found
from fleetprompt.installs.model import InstallIntent, InstallIntentReply, ListIntents, ShowIntent
from fleetprompt.installs.statements import intents
from fleetprompt.installs.views import buyers_intent
from fleetprompt.rate_limits import RateClass
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
            status=None if command.status is UNSET else command.status,
            now_ms=look.now_ms,
            after_id=pager.after_id,
            fetch=pager.fetch,
        )
    )
    return pager.page(rows, lambda row: buyers_intent(row, look.now_ms))


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
    return InstallIntentReply(buyers_intent(intent, look.now_ms))
