"""What the audit log says of installs (spec 6.7). No event holds `state`, `targetContext` or any token."""

from __future__ import annotations

from uuid import UUID

import msgspec

from fleetprompt import ids
from fleetprompt.enums import EventType, InstallTargetSystem
from fleetprompt.installs.rules import Intent
from fleetprompt.installs.statements.intents import NamedIntent
from fleetprompt.installs.statements.tokens import IssuedToken
from fleetprompt.runtime.audit import Event, details_of


@details_of(EventType.INSTALL_INTENT_CREATED)
class Opened(msgspec.Struct, frozen=True, rename="camel"):
    """Where it is to be installed."""

    target_system: InstallTargetSystem


@details_of(
    EventType.INSTALL_TOKEN_ISSUED,
    EventType.INSTALL_TOKEN_REVOKED,
    EventType.INSTALL_TOKEN_REDEEMED,
    EventType.INSTALL_TOKEN_EXPIRED,
)
class TokenDetails(msgspec.Struct, frozen=True, rename="camel"):
    """Which token."""

    install_token_id: str


def opened(intent: Intent) -> Event:
    """A buyer wishes to install a release."""
    details = Opened(InstallTargetSystem(intent.target_system))
    return _of_intent(EventType.INSTALL_INTENT_CREATED, "An install intent was opened.", intent, details)


def canceled(intent: Intent) -> Event:
    """Its buyer gave an intent up."""
    return _of_intent(EventType.INSTALL_INTENT_CANCELED, "An install intent was canceled by its buyer.", intent)


def expired(intent: NamedIntent) -> Event:
    """An intent ran out."""
    return _of_intent(EventType.INSTALL_INTENT_EXPIRED, "An install intent expired.", intent)


def token_issued(intent: Intent, token_id: UUID) -> Event:
    """A token was minted."""
    return _of_token(EventType.INSTALL_TOKEN_ISSUED, "An install token was issued.", intent, token_id)


def token_revoked(intent: Intent | NamedIntent, token_id: UUID, cause: UUID) -> Event:
    """A token ended before its time. cause: the event that brought it about."""
    return _of_token(EventType.INSTALL_TOKEN_REVOKED, "An install token was revoked.", intent, token_id, cause)


def token_redeemed(intent: Intent, token_id: UUID) -> Event:
    """A partner system took a token."""
    return _of_token(EventType.INSTALL_TOKEN_REDEEMED, "An install token was redeemed.", intent, token_id)


def token_expired(token: IssuedToken) -> Event:
    """A token ran out."""
    return _of_token(EventType.INSTALL_TOKEN_EXPIRED, "An install token expired.", token, token.token_id)


def _of_token(
    event_type: EventType, summary: str, intent: Intent | NamedIntent, token_id: UUID, cause: UUID | None = None
) -> Event:
    return _of_intent(event_type, summary, intent, TokenDetails(ids.encode("tok", token_id)), cause)


def _of_intent(
    event_type: EventType,
    summary: str,
    intent: Intent | NamedIntent,
    details: msgspec.Struct | None = None,
    cause: UUID | None = None,
) -> Event:
    return Event(
        type=event_type,
        summary=summary,
        publisher_id=intent.publisher_id,
        listing_id=intent.listing_id,
        release_id=intent.release_id,
        install_intent_id=intent.id,
        details=details,
        cause=cause,
    )
