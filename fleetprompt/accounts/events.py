"""What the audit log says of accounts (spec 6.7)."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from fleetprompt import ids
from fleetprompt.enums import Capability, EventType, InstallTargetSystem, VerificationStatus
from fleetprompt.runtime.audit import Event, details_of


@details_of(EventType.USER_REGISTERED)
class Registered(msgspec.Struct, frozen=True, rename="camel"):
    """Whose account it is."""

    user_id: str


@details_of(EventType.USER_PASSWORD_CHANGED)
class PasswordChanged(msgspec.Struct, frozen=True, rename="camel"):
    """Whose password it is."""

    user_id: str


@details_of(EventType.API_KEY_CREATED, EventType.API_KEY_REVOKED)
class ApiKeyDetails(msgspec.Struct, frozen=True, rename="camel"):
    """Which key of whom."""

    user_id: str
    api_key_id: str


@details_of(EventType.SESSION_CREATED, EventType.SESSION_ENDED)
class SessionDetails(msgspec.Struct, frozen=True, rename="camel"):
    """Which session."""

    user_id: str
    session_id: str


@details_of(EventType.CAPABILITY_GRANTED, EventType.CAPABILITY_REVOKED)
class CapabilityDetails(msgspec.Struct, frozen=True, rename="camel"):
    """Whose capability, and which."""

    user_id: str
    capability: Capability


@details_of(EventType.PUBLISHER_PROFILE_UPDATED)
class ProfileUpdated(msgspec.Struct, frozen=True):
    """Which fields of the profile changed, by their names on the wire."""

    fields: tuple[str, ...]


@details_of(EventType.PUBLISHER_VERIFICATION_SET)
class VerificationSet(msgspec.Struct, frozen=True):
    """What a publisher's verification now is, and why, where an admin said so."""

    status: VerificationStatus
    reason: str | UnsetType = UNSET


@details_of(EventType.PARTNER_KEY_CREATED, EventType.PARTNER_KEY_REVOKED)
class PartnerKeyDetails(msgspec.Struct, frozen=True, rename="camel"):
    """Which partner key, of which system."""

    partner_key_id: str
    target_system: InstallTargetSystem


def registered(user_id: UUID) -> Event:
    """A new account."""
    return Event(
        type=EventType.USER_REGISTERED,
        summary="An account was registered.",
        details=Registered(ids.encode("usr", user_id)),
    )


def session_created(user_id: UUID, session_id: UUID, cause: UUID | None = None) -> Event:
    """Somebody signed in."""
    return Event(
        type=EventType.SESSION_CREATED,
        summary="A session began.",
        details=SessionDetails(ids.encode("usr", user_id), ids.encode("ses", session_id)),
        cause=cause,
    )


def session_ended(user_id: UUID, session_id: UUID, cause: UUID | None = None) -> Event:
    """A session ended. cause: the event that brought it about, where nobody asked for it."""
    return Event(
        type=EventType.SESSION_ENDED,
        summary="A session ended.",
        details=SessionDetails(ids.encode("usr", user_id), ids.encode("ses", session_id)),
        cause=cause,
    )


def sessions_ended(user_id: UUID, session_ids: Iterable[UUID], cause: UUID) -> list[Event]:
    """Several sessions of a user ended because of another event."""
    return [session_ended(user_id, session_id, cause) for session_id in session_ids]


def password_changed(user_id: UUID) -> Event:
    """A user has another password."""
    return Event(
        type=EventType.USER_PASSWORD_CHANGED,
        summary="A password was changed.",
        details=PasswordChanged(ids.encode("usr", user_id)),
    )


def api_key_created(user_id: UUID, api_key_id: UUID) -> Event:
    """A user has a new API key."""
    return Event(
        type=EventType.API_KEY_CREATED,
        summary="An API key was created.",
        details=ApiKeyDetails(ids.encode("usr", user_id), ids.encode("key", api_key_id)),
    )


def api_key_revoked(user_id: UUID, api_key_id: UUID, cause: UUID | None = None) -> Event:
    """An API key opens nothing any more. cause: the event that brought it about, where nobody asked for it."""
    return Event(
        type=EventType.API_KEY_REVOKED,
        summary="An API key was revoked.",
        details=ApiKeyDetails(ids.encode("usr", user_id), ids.encode("key", api_key_id)),
        cause=cause,
    )


def capability_granted(
    user_id: UUID, capability: Capability, *, publisher_id: UUID | None = None, cause: UUID | None = None
) -> Event:
    """A user may do more than before."""
    return Event(
        type=EventType.CAPABILITY_GRANTED,
        summary=f"The capability {capability} was granted.",
        publisher_id=publisher_id,
        details=CapabilityDetails(ids.encode("usr", user_id), capability),
        cause=cause,
    )


def capability_revoked(user_id: UUID, capability: Capability, *, publisher_id: UUID | None = None) -> Event:
    """A user may do less than before."""
    return Event(
        type=EventType.CAPABILITY_REVOKED,
        summary=f"The capability {capability} was revoked.",
        publisher_id=publisher_id,
        details=CapabilityDetails(ids.encode("usr", user_id), capability),
    )


def profile_updated(publisher_id: UUID, fields: tuple[str, ...]) -> Event:
    """A publisher wrote its profile, for the first time or anew."""
    return Event(
        type=EventType.PUBLISHER_PROFILE_UPDATED,
        summary=f"A publisher's profile was written: {', '.join(fields)}.",
        publisher_id=publisher_id,
        details=ProfileUpdated(fields),
    )


def verification_set(
    publisher_id: UUID, status: VerificationStatus, reason: str | UnsetType = UNSET, cause: UUID | None = None
) -> Event:
    """A publisher's verification is another one. cause: the event that reset it, where no admin decided."""
    return Event(
        type=EventType.PUBLISHER_VERIFICATION_SET,
        summary=f"A publisher's verification was set to {status}.",
        publisher_id=publisher_id,
        details=VerificationSet(status, reason),
        cause=cause,
    )


def partner_key_created(partner_key_id: UUID, target_system: InstallTargetSystem) -> Event:
    """A partner system got a new key."""
    return Event(
        type=EventType.PARTNER_KEY_CREATED,
        summary=f"A partner key for {target_system} was created.",
        details=PartnerKeyDetails(ids.encode("prt", partner_key_id), target_system),
    )


def partner_key_revoked(partner_key_id: UUID, target_system: InstallTargetSystem, cause: UUID | None = None) -> Event:
    """A partner key verifies nothing any more. cause: the event that brought it about, where no admin decided."""
    return Event(
        type=EventType.PARTNER_KEY_REVOKED,
        summary=f"A partner key of {target_system} was revoked.",
        details=PartnerKeyDetails(ids.encode("prt", partner_key_id), target_system),
        cause=cause,
    )
