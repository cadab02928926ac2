"""SQL statements about publishers' profiles."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import bindparam, cast, exists, insert, select, update
from sqlalchemy.dialects.postgresql import TSVECTOR

from fleetprompt.accounts.statements.sessions import other_sessions, other_sessions_values
from fleetprompt.authz import OwnerScope
from fleetprompt.enums import Capability, VerificationStatus
from fleetprompt.search_text import vector
from fleetprompt.store.statements import Bound, changing, inserting, reading
from fleetprompt.store.tables import publishers, users


class ProfileRow(msgspec.Struct, frozen=True):
    """A publisher. bio_policy: the version of the markdown policy that rendered the bio."""

    publisher_id: UUID
    handle: str
    display_name: str
    bio_markdown: str | None
    bio_html: str | None
    bio_policy: int | None
    verification_status: VerificationStatus
    verification_checked_at_ms: int | None


PROFILE_COLUMNS: Final = (
    publishers.c.id.label("publisher_id"),
    publishers.c.handle,
    publishers.c.display_name,
    publishers.c.bio_markdown,
    publishers.c.bio_html,
    publishers.c.bio_policy,
    publishers.c.verification_status,
    publishers.c.verification_checked_at_ms,
)
_PROFILE: Final = reading(
    "accounts.profile",
    select(*PROFILE_COLUMNS).where(publishers.c.owner_user_id == bindparam("user_id")),
    ProfileRow,
)


def profile(scope: OwnerScope) -> Bound[ProfileRow]:
    """The publisher that a user owns."""
    return _PROFILE.bind(user_id=scope.user_id)


class OwnedProfileRow(msgspec.Struct, frozen=True):
    """The publisher's columns in a row about its owner: null before her first profile."""

    publisher_id: UUID | None
    handle: str | None
    display_name: str | None
    bio_markdown: str | None
    bio_html: str | None
    bio_policy: int | None
    verification_status: VerificationStatus | None
    verification_checked_at_ms: int | None

    @property
    def profile(self) -> ProfileRow | None:
        """The publisher, if she has one."""
        if (
            self.publisher_id is None
            or self.handle is None
            or self.display_name is None
            or self.verification_status is None
        ):
            return None
        return ProfileRow(
            publisher_id=self.publisher_id,
            handle=self.handle,
            display_name=self.display_name,
            bio_markdown=self.bio_markdown,
            bio_html=self.bio_html,
            bio_policy=self.bio_policy,
            verification_status=self.verification_status,
            verification_checked_at_ms=self.verification_checked_at_ms,
        )


class StandingRow(OwnedProfileRow, frozen=True):
    """A user and her publisher, as writing her profile needs them.

    handle_taken: whether somebody else has the wanted handle. other_session_ids: her sessions that may be alive, but
    for the one that asks.
    """

    capabilities: list[Capability]
    publisher_barred: bool
    suspended_at_ms: int | None
    handle_taken: bool
    other_session_ids: list[UUID]


_OTHERS: Final = publishers.alias("others")
_STANDING: Final = reading(
    "accounts.profile_standing",
    select(
        *PROFILE_COLUMNS,
        users.c.capabilities,
        users.c.publisher_barred,
        users.c.suspended_at_ms,
        exists(
            select(_OTHERS.c.id).where(
                _OTHERS.c.handle == bindparam("wanted_handle"), _OTHERS.c.owner_user_id != users.c.id
            )
        ).label("handle_taken"),
        other_sessions().label("other_session_ids"),
    )
    .select_from(users.outerjoin(publishers, publishers.c.owner_user_id == users.c.id))
    .where(users.c.id == bindparam("user_id")),
    StandingRow,
)


def standing(scope: OwnerScope, *, wanted_handle: str, kept_session_id: UUID | None, now_ms: int) -> Bound[StandingRow]:
    """A user with her publisher, as writing her profile needs them."""
    return _STANDING.bind(
        user_id=scope.user_id, wanted_handle=wanted_handle, **other_sessions_values(kept_session_id, now_ms)
    )


_CONTENT: Final = {
    "display_name": bindparam("display_name"),
    "bio_markdown": bindparam("bio_markdown"),
    "bio_html": bindparam("bio_html"),
    "bio_policy": bindparam("bio_policy"),
    "verification_status": bindparam("verification_status"),
    "verification_checked_at_ms": bindparam("verification_checked_at_ms"),
    "search_vector": cast(bindparam("search_vector"), TSVECTOR),
    "updated_at_ms": bindparam("now_ms"),
}
_INSERT: Final = inserting(
    "accounts.insert_publisher",
    insert(publishers).values(
        id=bindparam("publisher_id"),
        owner_user_id=bindparam("user_id"),
        handle=bindparam("handle"),
        created_at_ms=bindparam("now_ms"),
        **_CONTENT,
    ),
)
_UPDATE: Final = changing(
    "accounts.update_publisher",
    update(publishers).where(publishers.c.id == bindparam("publisher_id")).values(**_CONTENT),
)


def _content(profile_row: ProfileRow, now_ms: int) -> dict[str, Any]:
    return {
        "publisher_id": profile_row.publisher_id,
        "display_name": profile_row.display_name,
        "bio_markdown": profile_row.bio_markdown,
        "bio_html": profile_row.bio_html,
        "bio_policy": profile_row.bio_policy,
        "verification_status": profile_row.verification_status,
        "verification_checked_at_ms": profile_row.verification_checked_at_ms,
        "search_vector": vector([("D", profile_row.display_name), ("D", profile_row.handle)]),
        "now_ms": now_ms,
    }


def insert_publisher(user_id: UUID, profile_row: ProfileRow, now_ms: int) -> Bound[Any]:
    """Add a user's publisher."""
    return _INSERT.bind(user_id=user_id, handle=profile_row.handle, **_content(profile_row, now_ms))


def update_publisher(profile_row: ProfileRow, now_ms: int) -> Bound[Any]:
    """Replace what a publisher says of itself; its handle stays."""
    return _UPDATE.bind(**_content(profile_row, now_ms))
