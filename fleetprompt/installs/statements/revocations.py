"""What revoking a release would do, read before it is done."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from sqlalchemy import bindparam

from fleetprompt.authz import PublisherScope
from fleetprompt.installs.statements.intents import open_intents
from fleetprompt.releases.statements import RevocableRow, revocable_release
from fleetprompt.store.statements import Bound, reading
from fleetprompt.store.tables import install_intents, releases


class OutlookRow(RevocableRow, frozen=True):
    """A release with all that its revocation decides on, and how many intents to install it are open."""

    open_intents: int


_OUTLOOK: Final = reading(
    "installs.revocation_outlook",
    revocable_release()
    .add_columns(
        open_intents(
            install_intents.c.listing_id == releases.c.listing_id, install_intents.c.release_id == releases.c.id
        ).label("open_intents")
    )
    .where(releases.c.publisher_id == bindparam("publisher_id")),
    OutlookRow,
)


def outlook(scope: PublisherScope, release_id: UUID, now_ms: int) -> Bound[OutlookRow]:
    """A release of a publisher, by its bare id, as its revocation at `now_ms` would find it."""
    return _OUTLOOK.bind(release_id=release_id, publisher_id=scope.publisher_id, now_ms=now_ms)
