"""What goes over the wire of accounts: commands in, shapes out (spec 6.4, 6.5)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, TypeAlias

import msgspec
from msgspec import UNSET, UnsetType

from fleetprompt.enums import Capability, InstallTargetSystem, KeyScope, PartnerKeyStatus, VerificationStatus
from fleetprompt.fields import (
    ApiKeyId,
    BioMarkdown,
    Command,
    DisplayName,
    Email,
    ExpiresInDays,
    Handle,
    Items,
    Label,
    MarkdownFormat,
    PartnerKeyId,
    Password,
    PasswordAttempt,
    SessionId,
    UserId,
)
from fleetprompt.runtime.pagination import ListCommand

Capabilities: TypeAlias = Annotated[tuple[Capability, ...], Items(max=len(Capability), unique=True)]
KeyScopes: TypeAlias = Annotated[tuple[KeyScope, ...], Items(min=1, max=len(KeyScope), unique=True)]


class Register(Command):
    """A new account."""

    email: Email
    password: Password
    display_name: DisplayName


class Login(Command):
    """An e-mail and the password that is said to belong to it."""

    email: Email
    password: PasswordAttempt


class MakeAdmin(Command):
    """An admin's account; an existing one keeps its display name."""

    email: Email
    password: Password
    display_name: DisplayName = "Administrator"


class ResetPassword(Command):
    """A new password for whoever has this e-mail. revoke_keys: whether her API keys are revoked too."""

    email: Email
    password: Password
    revoke_keys: bool = False


class BioSource(msgspec.Struct, frozen=True, kw_only=True):
    """A publisher's own words as she writes them."""

    format: MarkdownFormat
    markdown: BioMarkdown


class WriteProfile(Command):
    """What a publisher says of itself; without a bio there is none. The handle is chosen once."""

    display_name: DisplayName
    handle: Handle | UnsetType = UNSET
    bio: BioSource | UnsetType = UNSET


class CreatePartnerKey(Command):
    """A new key for a partner system."""

    target_system: InstallTargetSystem
    label: Label | UnsetType = UNSET


class PartnerKeys(ListCommand):
    """All partner keys."""


class RevokePartnerKey(Command):
    """A key whose signatures are no longer taken."""

    partner_key_id: PartnerKeyId


class ChangePassword(Command):
    """The password as it is and as it shall be."""

    current: PasswordAttempt
    new: Password


class CreateApiKey(Command):
    """A new API key. scopes: by default all but `admin`."""

    name: Label
    scopes: KeyScopes = (KeyScope.READ, KeyScope.PUBLISH, KeyScope.INSTALL)
    expires_in_days: ExpiresInDays = 90


class ApiKeys(ListCommand):
    """The caller's API keys, revoked and expired ones too."""


class RevokeApiKey(Command):
    """A key that shall open nothing any more."""

    api_key_id: ApiKeyId


class Sessions(ListCommand):
    """The caller's live sessions."""


class RevokeSession(Command):
    """A session that shall end."""

    session_id: SessionId


class TouchSession(Command):
    """A session that was just used."""

    session_id: SessionId


class Users(ListCommand):
    """All users, or the one with an e-mail."""

    email: Email | UnsetType = UNSET


class SetCapabilities(Command):
    """What a user may do from now on, and what no longer."""

    user_id: UserId
    grant: Capabilities = ()
    revoke: Capabilities = ()

    def contradictions(self) -> Iterator[tuple[str, str]]:
        """A capability that is to be granted and revoked at once."""
        for place, capability in enumerate(self.revoke):
            if capability in self.grant:
                yield f"revoke[{place}]", "is in grant too; decide on one"


class User(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A user as she sees herself."""

    user_id: str
    email: str
    display_name: str
    capabilities: tuple[Capability, ...]


class PasswordReset(msgspec.Struct, frozen=True, rename="camel"):
    """Whose password was set, and what of hers ended with it."""

    user: User
    sessions_ended: int
    api_keys_revoked: int


class UserReply(msgspec.Struct, frozen=True):
    """A user."""

    user: User


class Verified(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Whether an admin has checked who a publisher is, and when."""

    status: VerificationStatus
    checked_at_ms: int | UnsetType = UNSET


class Bio(msgspec.Struct, frozen=True, kw_only=True):
    """A publisher's own words: the source and the safe HTML."""

    format: MarkdownFormat = "markdown"
    markdown: str
    html: str


class Profile(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A publisher as its owner sees it."""

    publisher_id: str
    handle: str
    display_name: str
    bio: Bio | UnsetType = UNSET
    verified: Verified


class ProfileReply(msgspec.Struct, frozen=True):
    """A publisher."""

    publisher: Profile


class Session(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A session as its user sees it. current: whether it is the one that asks."""

    session_id: str
    created_at_ms: int
    last_seen_at_ms: int
    expires_at_ms: int
    ended_at_ms: int | UnsetType = UNSET
    current: bool


class SessionReply(msgspec.Struct, frozen=True):
    """A session."""

    session: Session


class PartnerKey(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A partner system's key, its secret aside."""

    partner_key_id: str
    target_system: InstallTargetSystem
    label: str | UnsetType = UNSET
    status: PartnerKeyStatus
    created_at_ms: int
    revoked_at_ms: int | UnsetType = UNSET


class PartnerKeyReply(msgspec.Struct, frozen=True, rename="camel"):
    """A partner key."""

    partner_key: PartnerKey


class NewPartnerKey(msgspec.Struct, frozen=True, rename="camel"):
    """A partner key with its secret, 32 bytes in padded base64, shown this once."""

    partner_key: PartnerKey
    secret: str


class LastSeen(msgspec.Struct, frozen=True, rename="camel"):
    """When a session was last used, as far as that is kept."""

    last_seen_at_ms: int


class ApiKey(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """An API key, its secret aside."""

    api_key_id: str
    name: str
    scopes: tuple[KeyScope, ...]
    created_at_ms: int
    expires_at_ms: int
    revoked_at_ms: int | UnsetType = UNSET


class ApiKeyReply(msgspec.Struct, frozen=True, rename="camel"):
    """An API key."""

    api_key: ApiKey


class NewApiKey(msgspec.Struct, frozen=True, rename="camel"):
    """An API key with its secret, shown this once."""

    api_key: ApiKey
    secret: str


class Suspension(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Why and when an admin suspended a user."""

    reason: str
    at_ms: int


class AdminUser(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A user as admins see her. publisher_barred: an admin took `publisher` from her, so no profile grants it again."""

    user_id: str
    email: str
    display_name: str
    capabilities: tuple[Capability, ...]
    publisher_barred: bool
    publisher_id: str | UnsetType = UNSET
    suspension: Suspension | UnsetType = UNSET
    created_at_ms: int


class AdminUserReply(msgspec.Struct, frozen=True):
    """A user."""

    user: AdminUser


class Me(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The caller herself; `csrf_token` is there for a cookie session only."""

    user: User
    publisher: Profile | UnsetType = UNSET
    csrf_token: str | UnsetType = UNSET
