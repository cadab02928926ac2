"""Statements on install tokens. A token lives or dies by its intent's row, which names it."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from sqlalchemy import and_, bindparam, insert, select, update

from fleetprompt.enums import InstallTokenStatus
from fleetprompt.installs.rules import Redeemable
from fleetprompt.installs.statements.intents import INTENT_COLUMNS, WITH_OFFER, NamedIntent
from fleetprompt.store.statements import Bound, changing, inserting, parameters, reading
from fleetprompt.store.tables import install_intents as intents
from fleetprompt.store.tables import install_tokens as tokens
from fleetprompt.store.tables import publishers, releases, users

_ISSUED: Final = InstallTokenStatus.ISSUED.value

_REDEEMABLE: Final = reading(
    "installs.redeemable",
    select(
        *INTENT_COLUMNS,
        tokens.c.id.label("token_id"),
        tokens.c.token_hash,
        tokens.c.status.label("token_status"),
        tokens.c.expires_at_ms.label("token_expires_at_ms"),
        users.c.buyer_ref_version,
        users.c.suspended_at_ms.label("buyer_suspended_at_ms"),
        publishers.c.verification_status,
        publishers.c.verification_checked_at_ms,
        releases.c.refs,
        releases.c.asset_digest,
        releases.c.compat,
        releases.c.artifacts,
    )
    .select_from(
        WITH_OFFER.join(
            tokens, and_(tokens.c.buyer_user_id == intents.c.buyer_user_id, tokens.c.intent_id == intents.c.id)
        ).join(users, users.c.id == intents.c.buyer_user_id)
    )
    .where(tokens.c.id == bindparam("token_id")),
    Redeemable,
)


def redeemable(token_id: UUID) -> Bound[Redeemable]:
    """A token with all that redeeming it asks; the one lookup of a token that does not know the buyer."""
    return _REDEEMABLE.bind(token_id=token_id)


_INSERT: Final = inserting(
    "installs.insert_token",
    insert(tokens).values(
        {
            **parameters(
                "buyer_user_id", "id", "intent_id", "token_hash", "key_version", "issued_at_ms", "expires_at_ms"
            ),
            "status": _ISSUED,
        }
    ),
)


def insert_token(
    *,
    buyer_user_id: UUID,
    token_id: UUID,
    intent_id: UUID,
    token_hash: bytes,
    key_version: str,
    issued_at_ms: int,
    expires_at_ms: int,
) -> Bound[Any]:
    """Add an issued token."""
    return _INSERT.bind(
        buyer_user_id=buyer_user_id,
        id=token_id,
        intent_id=intent_id,
        token_hash=token_hash,
        key_version=key_version,
        issued_at_ms=issued_at_ms,
        expires_at_ms=expires_at_ms,
    )


_END: Final = changing(
    "installs.end_token",
    update(tokens)
    .where(tokens.c.buyer_user_id == bindparam("buyer"), tokens.c.id == bindparam("token"), tokens.c.status == _ISSUED)
    .values(status=bindparam("new_status"), ended_at_ms=bindparam("now_ms")),
)


def end_token(buyer_user_id: UUID, token_id: UUID, status: InstallTokenStatus, now_ms: int) -> Bound[Any]:
    """Bring an issued token to one of its ends."""
    return _END.bind(buyer=buyer_user_id, token=token_id, new_status=status.value, now_ms=now_ms)


class IssuedToken(NamedIntent, frozen=True):
    """A token that nothing has ended, though its deadline may have passed; `id` is its intent's."""

    token_id: UUID
    token_expires_at_ms: int


_WITH_INTENT: Final = (
    select(
        tokens.c.buyer_user_id,
        intents.c.id,
        intents.c.listing_id,
        intents.c.release_id,
        releases.c.publisher_id,
        tokens.c.id.label("token_id"),
        tokens.c.expires_at_ms.label("token_expires_at_ms"),
    )
    .select_from(
        tokens.join(
            intents, and_(intents.c.buyer_user_id == tokens.c.buyer_user_id, intents.c.id == tokens.c.intent_id)
        ).join(releases, and_(releases.c.listing_id == intents.c.listing_id, releases.c.id == intents.c.release_id))
    )
    .where(tokens.c.status == _ISSUED)
    .limit(bindparam("limit"))
)
_OVERDUE: Final = reading(
    "installs.overdue_tokens",
    _WITH_INTENT.where(tokens.c.expires_at_ms <= bindparam("now_ms"))
    .order_by(tokens.c.expires_at_ms)
    .with_for_update(of=tokens, skip_locked=True),
    IssuedToken,
)


def overdue(now_ms: int, limit: int) -> Bound[IssuedToken]:
    """Tokens past their deadline, the longest overdue first, locked; what another process works on is left to it."""
    return _OVERDUE.bind(now_ms=now_ms, limit=limit)


_ISSUED_UNDER: Final = reading(
    "installs.issued_tokens.of_version",
    _WITH_INTENT.where(tokens.c.key_version == bindparam("key_version")),
    IssuedToken,
)
_ALL_ISSUED: Final = reading("installs.issued_tokens", _WITH_INTENT.order_by(tokens.c.expires_at_ms), IssuedToken)


def issued(key_version: str | None, limit: int) -> Bound[IssuedToken]:
    """Issued tokens. key_version: those that name it, or all."""
    if key_version is None:
        return _ALL_ISSUED.bind(limit=limit)
    return _ISSUED_UNDER.bind(key_version=key_version, limit=limit)
