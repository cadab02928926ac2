"""Revoking issued tokens by the batch, because of their key or because the instance was restored."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from msgspec import UNSET, UnsetType

from fleetprompt.authz import Access, Actor
from fleetprompt.enums import EventType, InstallTokenStatus
from fleetprompt.fields import Command, Range, or_none
from fleetprompt.installs import events
from fleetprompt.installs.statements import tokens
from fleetprompt.runtime.job_runs import BATCH_MAX, Batch
from fleetprompt.runtime.operations import Ledger, Outcome, mutation
from fleetprompt.runtime.run import MutationTx


class RevokeTokens(Command):
    """All that are issued, or those that name a key version. cause: the event that began it."""

    cause: UUID
    key_version: str | UnsetType = UNSET
    limit: Annotated[int, Range(1, BATCH_MAX)] = 200


@mutation("installs.revoke_tokens", who=Access.SYSTEM, ledger=Ledger.NONE, emits=(EventType.INSTALL_TOKEN_REVOKED,))
async def revoke_tokens(tx: MutationTx, _: Actor, command: RevokeTokens) -> Outcome[Batch]:
    """Revoke a batch of issued tokens (spec 3, 7); their intents stay, and buyers can mint again."""
    key_version = or_none(command.key_version)
    issued = await tx.many(tokens.issued(key_version, command.limit))
    return Outcome(
        Batch(len(issued)),
        writes=[
            tokens.end_token(token.buyer_user_id, token.token_id, InstallTokenStatus.REVOKED, tx.now_ms)
            for token in issued
        ],
        events=[events.token_revoked(token, token.token_id, command.cause) for token in issued],
    )
