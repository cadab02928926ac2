"""Noting whether a publisher is who it says it is."""

from __future__ import annotations

import msgspec

from fleetprompt.accounts.events import verification_set
from fleetprompt.authz import Access, Actor, everything
from fleetprompt.enums import EventType, KeyScope, VerificationStatus
from fleetprompt.errors import not_found
from fleetprompt.moderation import rules, shapes
from fleetprompt.moderation.commands import SetVerification
from fleetprompt.moderation.model import AdminPublisherReply
from fleetprompt.moderation.statements import people
from fleetprompt.rate_limits import RateClass
from fleetprompt.runtime.operations import Ledger, Outcome, Owner, mutation
from fleetprompt.runtime.run import MutationTx


@mutation(
    "moderation.set_verification",
    who=Access.ADMIN,
    scope=KeyScope.ADMIN,
    rate=(RateClass.WRITE,),
    ledger=Ledger.REQUIRED,
    emits=(EventType.PUBLISHER_VERIFICATION_SET,),
    owns={"publisher_id": Owner.ADMIN},
)
async def set_verification(tx: MutationTx, admin: Actor, command: SetVerification) -> Outcome[AdminPublisherReply]:
    """Set a publisher's verification; a check that is made again renews its time (spec 3 Publishers, 6.4).

    Raises NOT_FOUND; CONFLICT (`transition`) where an unverified one would become unverified.
    """
    row = await tx.one(people.publisher(everything(admin), command.publisher_id))
    if row is None:
        raise not_found()
    if refusal := rules.refusal_to_set_verification(VerificationStatus(row.verification_status), command.status):
        raise refusal
    checked_at_ms = rules.checked_at_ms(command.status, tx.now_ms)
    checked = msgspec.structs.replace(
        row,
        verification_status=command.status,
        verification_checked_at_ms=checked_at_ms,
        updated_at_ms=tx.now_ms,
    )
    return Outcome(
        shapes.publisher_reply(checked),
        writes=[
            people.set_verification(
                row.publisher_id,
                old_status=VerificationStatus(row.verification_status),
                new_status=command.status,
                checked_at_ms=checked_at_ms,
                now_ms=tx.now_ms,
            )
        ],
        events=[verification_set(row.publisher_id, command.status, command.reason)],
    )
