"""How something stops being handed out: revoked by its publisher, or suspended by an admin, which is done here by the
database's owner, so that a test needs none.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fleetprompt import ids
from tests.support.databases import Database
from tests.support.market import Release
from tests.support.people import Person

Withdraw = Callable[[Database, Release], Awaitable[None]]


async def revoke_release(database: Database, offer: Release) -> None:
    """`published` to `revoked`; a listing that has no other release is unlisted by it."""
    await offer.revoke()


async def suspend_listing(database: Database, offer: Release) -> None:
    """The listing becomes `suspended`."""
    changed = database.change(
        "update listings set status_before_suspension = status, status = 'suspended', suspended_at_ms = 1,"
        " suspend_reason = 'It is malware.' where id = %s",
        ids.decode("lst", offer.listing.id),
    )
    assert changed == 1


async def suspend_publisher(database: Database, offer: Release) -> None:
    """What suspending the publisher's owner does to the publisher."""
    publisher_id = ids.decode("pub", offer.listing.publisher.publisher_id or "")
    assert database.change("update publishers set suspended_at_ms = 1 where id = %s", publisher_id) == 1


async def suspend_user(database: Database, person: Person) -> None:
    """What suspending a user does to her own row."""
    changed = database.change(
        "update users set suspended_at_ms = 1, suspend_reason = 'Stolen account.' where id = %s",
        ids.decode("usr", person.user_id),
    )
    assert changed == 1


WITHDRAWALS: tuple[Withdraw, ...] = (revoke_release, suspend_listing, suspend_publisher)
"""After each of these nobody is handed the release any more."""


async def set_draft(database: Database, offer: Release) -> None:
    """Its publisher takes the listing off sale; what was opened before goes on."""
    await offer.listing.set_status("draft")


async def set_unlisted(database: Database, offer: Release) -> None:
    """Its publisher takes the listing off sale; what was opened before goes on."""
    await offer.listing.set_status("unlisted")
