"""Publishers as the public sees them."""

from __future__ import annotations

from typing import Final
from uuid import UUID

import msgspec
from sqlalchemy import bindparam, select

from fleetprompt.authz import PublicScope
from fleetprompt.store.statements import Bound, columns_of, reading
from fleetprompt.store.tables import publishers


class PublisherRow(msgspec.Struct, frozen=True):
    """What a publisher says of itself, and whether that was checked."""

    id: UUID
    handle: str
    display_name: str
    bio_markdown: str | None
    bio_html: str | None
    verification_status: str
    verification_checked_at_ms: int | None


_ONE: Final = reading(
    "catalog.publisher",
    select(*columns_of(publishers, PublisherRow)).where(
        publishers.c.id == bindparam("publisher_id"), publishers.c.suspended_at_ms.is_(None)
    ),
    PublisherRow,
)


def publisher(_: PublicScope, publisher_id: UUID) -> Bound[PublisherRow]:
    """A publisher who is not suspended."""
    return _ONE.bind(publisher_id=publisher_id)
