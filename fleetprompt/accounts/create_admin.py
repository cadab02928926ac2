"""Creating an admin's account, for the operator's command."""

from __future__ import annotations

from fleetprompt.accounts import events, shapes
from fleetprompt.accounts.model import MakeAdmin, UserReply
from fleetprompt.accounts.statements import users
from fleetprompt.authz import Access, Actor
from fleetprompt.enums import Capability, EventType
from fleetprompt.errors import Reason, conflict
from fleetprompt.fields import comparable_email
from fleetprompt.runtime.operations import Ledger, Outcome, mutation
from fleetprompt.runtime.run import MutationTx
from fleetprompt.runtime.services import Services


async def _hash_password(services: Services, _: Actor, command: MakeAdmin) -> str:
    return await services.passwords.hash(command.password)


@mutation(
    "accounts.create_admin",
    who=Access.SYSTEM,
    ledger=Ledger.NONE,
    emits=(EventType.USER_REGISTERED, EventType.CAPABILITY_GRANTED),
    prepare=_hash_password,
)
async def create_admin(tx: MutationTx, _: Actor, command: MakeAdmin, password_hash: str) -> Outcome[UserReply]:
    """Create an account with the capability `admin` (spec 7). Raises CONFLICT (`email_taken`)."""
    email_key = comparable_email(command.email)
    if await tx.one(users.email_taken(email_key)):
        raise conflict(Reason.EMAIL_TAKEN, "An account with this e-mail exists.")
    user_id = tx.new_id()
    registered = events.registered(user_id)
    capabilities = [Capability.ADMIN]
    return Outcome(
        UserReply(shapes.user(user_id, command.email, command.display_name, capabilities)),
        writes=[
            users.insert_user(
                user_id=user_id,
                email=command.email,
                email_key=email_key,
                display_name=command.display_name,
                password_hash=password_hash,
                capabilities=capabilities,
                buyer_ref_version=tx.ring.current,
                now_ms=tx.now_ms,
            )
        ],
        events=[registered, events.capability_granted(user_id, Capability.ADMIN, cause=registered.event_id)],
    )
