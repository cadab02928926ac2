"""What goes over the wire of accounts: commands in, shapes out (spec 6.4, 6.5)."""

from __future__ import annotations

import msgspec
from msgspec import UNSET, UnsetType

from fleetprompt.enums import Capability, VerificationStatus
from fleetprompt.fields import Command, DisplayName, Email, Password


class Register(Command):
    """A new account."""

    email: Email
    password: Password
    display_name: DisplayName


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

    format: str = "markdown"
    markdown: str
    html: str


class Profile(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A publisher as its owner sees it."""

    publisher_id: str
    handle: str
    display_name: str
    bio: Bio | UnsetType = UNSET
    verified: Verified


class Me(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The caller herself; `csrf_token` is there for a cookie session only."""

    user: User
    publisher: Profile | UnsetType = UNSET
    csrf_token: str | UnsetType = UNSET
