"""What goes over the wire of accounts: commands in, shapes out (spec 6.4, 6.5)."""

from __future__ import annotations

import msgspec
from msgspec import UNSET, UnsetType

from fleetprompt.enums import Capability, InstallTargetSystem, PartnerKeyStatus, VerificationStatus
from fleetprompt.fields import (
    BioMarkdown,
    Command,
    DisplayName,
    Email,
    Handle,
    Label,
    MarkdownFormat,
    PartnerKeyId,
    Password,
    PasswordAttempt,
)
from fleetprompt.runtime.pagination import ListCommand


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


class Nothing(Command):
    """No arguments."""


class User(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A user as she sees herself."""

    user_id: str
    email: str
    display_name: str
    capabilities: list[Capability]


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


class Me(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The caller herself; `csrf_token` is there for a cookie session only."""

    user: User
    publisher: Profile | UnsetType = UNSET
    csrf_token: str | UnsetType = UNSET
