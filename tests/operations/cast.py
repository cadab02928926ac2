"""Who takes part in the generated suites: one of each kind of caller, made when first asked for and then shared."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from fleetprompt import ids
from fleetprompt.enums import AssetKind, KeyScope
from tests.support import market
from tests.support.answers import assert_ok
from tests.support.callers import Caller, KeyHolder, Partner
from tests.support.databases import Database
from tests.support.people import People, Person

T = TypeVar("T")


class Cast:
    """The people of one module, on one database. Arrangements that change a person make a new one instead."""

    def __init__(self, people: People, database: Database) -> None:
        self.people = people
        self.database = database
        self._made: dict[str, Any] = {}

    async def _once(self, name: str, make: Callable[[], Awaitable[T]]) -> T:
        if name not in self._made:
            self._made[name] = await make()
        made: T = self._made[name]
        return made

    def visitor(self) -> Caller:
        """Nobody."""
        return self.people.visitor()

    async def publisher(self) -> Person:
        """Whose listings the arrangements make."""
        return await self._once("publisher", lambda: self.people.publisher("Ada"))

    async def other_publisher(self) -> Person:
        """A publisher whose listings these are not."""
        return await self._once("other publisher", lambda: self.people.publisher("Olga"))

    async def buyer(self) -> Person:
        """Whose intents the arrangements make; she has no capability."""
        return await self._once("buyer", lambda: self.people.register("Bea"))

    async def other_buyer(self) -> Person:
        """A buyer whose intents these are not."""
        return await self._once("other buyer", lambda: self.people.register("Otto"))

    async def admin(self) -> Person:
        """An admin without a publisher."""
        return await self._once("admin", lambda: self.people.admin("Ines"))

    async def publishing_admin(self) -> Person:
        """Somebody with every capability."""
        return await self._once("publishing admin", self._new_publishing_admin)

    async def _new_publishing_admin(self) -> Person:
        person = await self.people.admin("Irma")
        await person.become_publisher()
        await person.sign_in()
        return person

    async def key(self, scope: KeyScope) -> KeyHolder:
        """A program of somebody with every capability, whose key has this one scope."""
        owner = await self.publishing_admin()
        return await self._once(f"key {scope}", lambda: owner.api_key(scopes=[scope.value]))

    async def partner(self, target_system: str = "whs") -> Partner:
        """The server of a partner system."""
        admin = await self.admin()
        return await self._once(f"partner {target_system}", lambda: self.people.partner(target_system, admin=admin))

    async def offer(self, kind: AssetKind = AssetKind.WHS_AGENT) -> market.Release:
        """A release on sale that nobody changes."""
        publisher = await self.publisher()
        return await self._once(
            f"offer {kind}", lambda: market.on_sale(publisher, kind, tags=["maps", "routes"], categories=["travel"])
        )

    async def fresh_offer(self, kind: AssetKind = AssetKind.WHS_AGENT) -> market.Release:
        """A release on sale of its own."""
        return await market.on_sale(await self.publisher(), kind)


async def suspended_listing(cast: Cast) -> market.Listing:
    """A listing that an admin suspended."""
    listing = (await cast.fresh_offer()).listing
    path = f"/v1/admin/listings/{listing.id}/suspend"
    assert_ok(await (await cast.admin()).post(path, {"reason": "It lies about what it does."}))
    return listing


def absent(prefix: str) -> str:
    """An id of this kind that never existed."""
    return ids.encode(prefix, ids.new_uuid())
