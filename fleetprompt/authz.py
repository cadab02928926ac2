"""Who may do and see what: the actor behind a request, what each surface asks of her, and whose rows she may read.

A list statement takes a scope, and only this module builds one: forgetting whose rows are meant does not type-check.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final
from uuid import UUID

import msgspec

from fleetprompt.enums import ActorType, Capability, InstallTargetSystem, KeyScope
from fleetprompt.errors import unauthenticated, unauthorized


class Credential(StrEnum):
    """What the caller showed."""

    NONE = "none"
    SESSION = "session"
    API_KEY = "api_key"
    SIGNATURE = "signature"
    PROCESS = "process"


class Access(StrEnum):
    """Who may call an operation. `contracts/permissions.md` prints the matrix."""

    ANYONE = "anyone"
    SIGNED_IN = "signed_in"
    PUBLISHER = "publisher"
    ADMIN = "admin"
    PARTNER = "partner"
    SYSTEM = "system"


class Actor(msgspec.Struct, frozen=True, kw_only=True):
    """The resolved caller of one request. Scope comes from here, never from a parameter (spec 2.7).

    publisher_id: the publisher that the user owns. scopes: of her API key. cookie_hash: of her session's cookie, which
    her form tokens belong to. target_system: of the partner that signed.
    """

    credential: Credential
    user_id: UUID | None = None
    publisher_id: UUID | None = None
    capabilities: frozenset[Capability] = frozenset()
    scopes: frozenset[KeyScope] = frozenset()
    session_id: UUID | None = None
    cookie_hash: bytes | None = None
    api_key_id: UUID | None = None
    partner_key_id: UUID | None = None
    target_system: InstallTargetSystem | None = None

    @property
    def caller(self) -> str:
        """Whose idempotency keys these are: the user, or the partner's system, never the credential (spec 6.2)."""
        if self.target_system is not None:
            return f"partner:{self.target_system}"
        return str(self.user_id) if self.user_id else "system"

    @property
    def audit_identity(self) -> tuple[ActorType, UUID | None]:
        """The actor as the audit log names her."""
        if self.partner_key_id is not None:
            return ActorType.PARTNER, self.partner_key_id
        if self.user_id is not None:
            return ActorType.USER, self.user_id
        return ActorType.SYSTEM, None

    @property
    def user(self) -> UUID:
        """The signed-in user; only operations that ask for one may use it."""
        if self.user_id is None:
            raise unauthenticated("no_user")
        return self.user_id

    @property
    def publisher(self) -> UUID:
        """The publisher whose owner this user is; only operations of publishers may use it."""
        if self.publisher_id is None:
            raise unauthorized("This needs a publisher profile.")
        return self.publisher_id


ANONYMOUS: Final = Actor(credential=Credential.NONE)
SYSTEM: Final = Actor(credential=Credential.PROCESS)


def admit(actor: Actor, access: Access, scope: KeyScope | None) -> None:
    """Let `actor` onto a surface, or raise UNAUTHENTICATED or UNAUTHORIZED. No row has been read yet.

    scope: what an API key needs for it; None keeps every key out.
    """
    if access is Access.ANYONE:
        return
    if access is Access.SYSTEM or access is Access.PARTNER:
        wanted = Credential.PROCESS if access is Access.SYSTEM else Credential.SIGNATURE
        if actor.credential is not wanted:
            raise unauthenticated("wrong_credential")
        return
    if actor.user_id is None:
        raise unauthenticated("not_signed_in")
    if actor.credential is Credential.API_KEY:
        if scope is None:
            raise unauthorized("No API key reaches this; sign in instead.")
        if scope not in actor.scopes:
            raise unauthorized(f"This API key lacks the scope {scope}.")
    if access is Access.PUBLISHER and Capability.PUBLISHER not in actor.capabilities:
        raise unauthorized("This needs the publisher capability.")
    if access is Access.PUBLISHER and actor.publisher_id is None:
        raise unauthorized("This needs a publisher: write your profile first.")
    if access is Access.ADMIN and Capability.ADMIN not in actor.capabilities:
        raise unauthorized("This needs the admin capability.")


class OwnerScope:
    """The rows of one user: intents, tokens, keys, sessions."""

    __slots__ = ("user_id",)

    def __init__(self, user_id: UUID, proof: object) -> None:
        _require(proof)
        self.user_id: Final = user_id


class PublisherScope:
    """The rows of one publisher."""

    __slots__ = ("publisher_id",)

    def __init__(self, publisher_id: UUID, proof: object) -> None:
        _require(proof)
        self.publisher_id: Final = publisher_id


class PublicScope:
    """What anyone may see: published listings of publishers that are not suspended."""

    def __init__(self, proof: object) -> None:
        _require(proof)


class AdminScope:
    """Every row."""

    def __init__(self, proof: object) -> None:
        _require(proof)


_PROOF: Final = object()


def _require(proof: object) -> None:
    if proof is not _PROOF:
        raise TypeError("only authz builds a scope")


PUBLIC: Final = PublicScope(_PROOF)


def own_as_user(actor: Actor) -> OwnerScope:
    """The caller's own intents, tokens, keys and sessions. Raises UNAUTHENTICATED without a user."""
    return OwnerScope(actor.user, _PROOF)


def own_as_publisher(actor: Actor) -> PublisherScope:
    """The listings and releases of the caller's publisher. Raises UNAUTHORIZED without one."""
    return PublisherScope(actor.publisher, _PROOF)


def everything(actor: Actor) -> AdminScope:
    """All rows, for an admin or the system. Raises UNAUTHORIZED for anyone else."""
    if Capability.ADMIN not in actor.capabilities and actor.credential is not Credential.PROCESS:
        raise unauthorized("This needs the admin capability.")
    return AdminScope(_PROOF)
