"""Statements on install intents. A buyer's carry her id, which is their shard; `by_id_with_token` alone does not."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, ScalarSelect, and_, bindparam, func, insert, or_, select, update

from fleetprompt.authz import AdminScope, OwnerScope
from fleetprompt.enums import InstallIntentStatus
from fleetprompt.installs import rules
from fleetprompt.installs.rules import Intent, IntentWithToken, Offer
from fleetprompt.store.statements import (
    Bound,
    Statement,
    changing,
    inserting,
    json,
    newest,
    parameters,
    per_shape,
    reading,
)
from fleetprompt.store.tables import install_intents as intents
from fleetprompt.store.tables import install_tokens as tokens
from fleetprompt.store.tables import listings, publishers, releases

IS_ALIVE: Final = or_(
    intents.c.status == InstallIntentStatus.CREATED.value, intents.c.status == InstallIntentStatus.TOKEN_ISSUED.value
)
OFFER_COLUMNS: Final = (
    listings.c.asset_kind,
    listings.c.name.label("listing_name"),
    listings.c.status.label("listing_status"),
    releases.c.version,
    releases.c.status.label("release_status"),
    publishers.c.id.label("publisher_id"),
    publishers.c.handle.label("publisher_handle"),
    publishers.c.display_name.label("publisher_name"),
    publishers.c.suspended_at_ms.label("publisher_suspended_at_ms"),
)
INTENT_COLUMNS: Final = (
    *OFFER_COLUMNS,
    intents.c.buyer_user_id,
    intents.c.id,
    intents.c.listing_id,
    intents.c.release_id,
    intents.c.target_system,
    intents.c.target_context,
    intents.c.state,
    intents.c.status,
    intents.c.current_token_id,
    intents.c.expires_at_ms,
    intents.c.created_at_ms,
    intents.c.updated_at_ms,
)
WITH_OFFER: Final = (
    intents.join(listings, listings.c.id == intents.c.listing_id)
    .join(releases, and_(releases.c.listing_id == intents.c.listing_id, releases.c.id == intents.c.release_id))
    .join(publishers, publishers.c.id == listings.c.publisher_id)
)
_WITH_TOKEN: Final = select(
    *INTENT_COLUMNS, tokens.c.status.label("token_status"), tokens.c.expires_at_ms.label("token_expires_at_ms")
).select_from(
    WITH_OFFER.outerjoin(
        tokens, and_(tokens.c.buyer_user_id == intents.c.buyer_user_id, tokens.c.id == intents.c.current_token_id)
    )
)

_OFFER: Final = reading(
    "installs.offer",
    select(*OFFER_COLUMNS)
    .select_from(
        listings.join(releases, releases.c.listing_id == listings.c.id).join(
            publishers, publishers.c.id == listings.c.publisher_id
        )
    )
    .where(listings.c.id == bindparam("listing_id"), releases.c.id == bindparam("release_id")),
    Offer,
)


def offer(listing_id: UUID, release_id: UUID) -> Bound[Offer]:
    """A release of this very listing, whatever the status of either."""
    return _OFFER.bind(listing_id=listing_id, release_id=release_id)


_OF_BUYER: Final = reading(
    "installs.intent_of_buyer",
    select(*INTENT_COLUMNS)
    .select_from(WITH_OFFER)
    .where(intents.c.buyer_user_id == bindparam("buyer_user_id"), intents.c.id == bindparam("id")),
    Intent,
)


def of_buyer(scope: OwnerScope, install_intent_id: UUID) -> Bound[Intent]:
    """One of her intents."""
    return _OF_BUYER.bind(buyer_user_id=scope.user_id, id=install_intent_id)


_OF_BUYER_WITH_TOKEN: Final = reading(
    "installs.intent_of_buyer_with_token",
    _WITH_TOKEN.where(intents.c.buyer_user_id == bindparam("buyer_user_id"), intents.c.id == bindparam("id")),
    IntentWithToken,
)


def of_buyer_with_token(scope: OwnerScope, install_intent_id: UUID) -> Bound[IntentWithToken]:
    """One of her intents, to decide on."""
    return _OF_BUYER_WITH_TOKEN.bind(buyer_user_id=scope.user_id, id=install_intent_id)


_BY_ID_WITH_TOKEN: Final = reading(
    "installs.intent_by_id_with_token", _WITH_TOKEN.where(intents.c.id == bindparam("id")), IntentWithToken
)


def by_id_with_token(_: AdminScope, install_intent_id: UUID) -> Bound[IntentWithToken]:
    """Anybody's intent, to decide on; the one lookup of an intent that does not know the buyer."""
    return _BY_ID_WITH_TOKEN.bind(id=install_intent_id)


def _has_status(status: InstallIntentStatus) -> ColumnElement[bool]:
    stored = intents.c.status == status.value
    is_over = intents.c.expires_at_ms <= bindparam("now_ms")
    if status is InstallIntentStatus.EXPIRED:
        return or_(stored, and_(IS_ALIVE, is_over))
    return and_(stored, ~is_over) if status in rules.ALIVE else stored


@per_shape(examples=[{"status": status} for status in (None, *InstallIntentStatus)])
def _page(*, status: InstallIntentStatus | None) -> Statement[Intent]:
    query = select(*INTENT_COLUMNS).select_from(WITH_OFFER).where(intents.c.buyer_user_id == bindparam("buyer_user_id"))
    name = "installs.intents"
    if status is not None:
        name += f".{status.value}"
        query = query.where(_has_status(status))
    return reading(name, newest(query, intents.c.id), Intent)


def page(
    scope: OwnerScope, *, status: InstallIntentStatus | None, now_ms: int, after_id: UUID, fetch: int
) -> Bound[Intent]:
    """Her intents, the newest first. status: of one at `now_ms` only."""
    return _page(status=status).bind(buyer_user_id=scope.user_id, now_ms=now_ms, after_id=after_id, fetch=fetch)


_INSERT: Final = inserting(
    "installs.insert_intent",
    insert(intents).values(parameters(*intents.columns.keys())),
)


def insert_intent(intent: Intent) -> Bound[Any]:
    """Add an intent."""
    return _INSERT.bind(
        buyer_user_id=intent.buyer_user_id,
        id=intent.id,
        listing_id=intent.listing_id,
        release_id=intent.release_id,
        target_system=intent.target_system,
        target_context=json(intent.target_context),
        state=intent.state,
        status=intent.status,
        current_token_id=intent.current_token_id,
        expires_at_ms=intent.expires_at_ms,
        created_at_ms=intent.created_at_ms,
        updated_at_ms=intent.updated_at_ms,
    )


_MOVE: Final = changing(
    "installs.move_intent",
    update(intents)
    .where(
        intents.c.buyer_user_id == bindparam("buyer"),
        intents.c.id == bindparam("intent"),
        intents.c.status == bindparam("old_status"),
        intents.c.current_token_id.is_not_distinct_from(bindparam("old_token_id")),
    )
    .values(
        status=bindparam("new_status"),
        current_token_id=bindparam("new_token_id"),
        updated_at_ms=bindparam("now_ms"),
    ),
)


def move_intent(read: Intent, moved: Intent) -> Bound[Any]:
    """Bring an intent from where it was `read` to where it is `moved`: the row on which its decisions meet."""
    return _MOVE.bind(
        buyer=read.buyer_user_id,
        intent=read.id,
        old_status=read.status,
        old_token_id=read.current_token_id,
        new_status=moved.status,
        new_token_id=moved.current_token_id,
        now_ms=moved.updated_at_ms,
    )


class NamedIntent(msgspec.Struct, frozen=True):
    """Which intent of whom, and what it is for."""

    buyer_user_id: UUID
    id: UUID
    listing_id: UUID
    release_id: UUID
    publisher_id: UUID


_OVERDUE: Final = reading(
    "installs.overdue_intents",
    select(intents.c.buyer_user_id, intents.c.id, intents.c.listing_id, intents.c.release_id, releases.c.publisher_id)
    .select_from(
        intents.join(
            releases, and_(releases.c.listing_id == intents.c.listing_id, releases.c.id == intents.c.release_id)
        )
    )
    .where(IS_ALIVE, intents.c.expires_at_ms <= bindparam("now_ms"))
    .order_by(intents.c.expires_at_ms)
    .limit(bindparam("limit"))
    .with_for_update(of=intents, skip_locked=True),
    NamedIntent,
)


def overdue(now_ms: int, limit: int) -> Bound[NamedIntent]:
    """Intents past their deadline, the longest overdue first, locked; what another process works on is left to it."""
    return _OVERDUE.bind(now_ms=now_ms, limit=limit)


_EXPIRE: Final = changing(
    "installs.expire_intent",
    update(intents)
    .where(intents.c.buyer_user_id == bindparam("buyer"), intents.c.id == bindparam("intent"), IS_ALIVE)
    .values(status=InstallIntentStatus.EXPIRED.value, updated_at_ms=intents.c.expires_at_ms),
)


def expire_intent(intent: NamedIntent) -> Bound[Any]:
    """Mark an intent that ended at its deadline."""
    return _EXPIRE.bind(buyer=intent.buyer_user_id, intent=intent.id)


def open_intents(*conditions: ColumnElement[bool]) -> ScalarSelect[int]:
    """The number of intents that `conditions` name and that are open at the parameter `now_ms`."""
    is_open = IS_ALIVE, intents.c.expires_at_ms > bindparam("now_ms")
    return select(func.count()).select_from(intents).where(*is_open, *conditions).scalar_subquery()
