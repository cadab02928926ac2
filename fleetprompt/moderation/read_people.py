"""What admins read of people: users, their publishers, and what buyers mean to install (spec 6.4 Admin)."""

from __future__ import annotations

from fleetprompt.authz import Access, Actor, everything
from fleetprompt.enums import KeyScope
from fleetprompt.errors import not_found
from fleetprompt.installs.statements import intents
from fleetprompt.moderation import shapes
from fleetprompt.moderation.commands import ShowIntent, ShowPublisher, ShowUser
from fleetprompt.moderation.model import AdminInstallIntentDetailReply, AdminPublisherReply, AdminUserDetailReply
from fleetprompt.moderation.statements import people, reach
from fleetprompt.rate_limits import RateClass
from fleetprompt.runtime.operations import Owner, query
from fleetprompt.runtime.run import Look


@query(
    "moderation.publisher",
    who=Access.ADMIN,
    scope=KeyScope.ADMIN,
    rate=(RateClass.SIGNED_IN_READ,),
    owns={"publisher_id": Owner.ADMIN},
)
async def show_publisher(look: Look, admin: Actor, command: ShowPublisher) -> AdminPublisherReply:
    """Any publisher with the user who owns it. Raises NOT_FOUND."""
    row = await look.one(people.publisher(everything(admin), command.publisher_id))
    if row is None:
        raise not_found()
    return shapes.publisher_reply(row)


@query(
    "moderation.user",
    who=Access.ADMIN,
    scope=KeyScope.ADMIN,
    rate=(RateClass.SIGNED_IN_READ,),
    owns={"user_id": Owner.ADMIN},
)
async def show_user(look: Look, admin: Actor, command: ShowUser) -> AdminUserDetailReply:
    """Any user with what suspending her would stop, in numbers. Raises NOT_FOUND."""
    row = await look.one(reach.user_reach(everything(admin), command.user_id, look.now_ms))
    if row is None:
        raise not_found()
    return AdminUserDetailReply(shapes.user_detail(row))


@query(
    "moderation.intent",
    who=Access.ADMIN,
    scope=KeyScope.ADMIN,
    rate=(RateClass.SIGNED_IN_READ,),
    owns={"install_intent_id": Owner.ADMIN},
)
async def show_intent(look: Look, admin: Actor, command: ShowIntent) -> AdminInstallIntentDetailReply:
    """Anybody's install intent with what it is to install. Raises NOT_FOUND."""
    row = await look.one(intents.by_id_with_token(everything(admin), command.install_intent_id))
    if row is None:
        raise not_found()
    return AdminInstallIntentDetailReply(shapes.intent_detail(row, look.now_ms))
