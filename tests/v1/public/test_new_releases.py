"""The releases of all published listings, the newest first, each once (ADR 72)."""

from __future__ import annotations

from typing import Any

import pytest

from fleetprompt import ids
from fleetprompt.catalog.statements.market import WALKED_MAX
from fleetprompt.errors import Code
from tests.conftest import Start
from tests.support import market
from tests.support.answers import assert_error, assert_ok
from tests.support.application import App
from tests.support.browsing import suspend_listing, suspend_publisher, walk
from tests.support.callers import Caller
from tests.support.clock import FakeClock
from tests.support.databases import Database
from tests.support.people import People, Person

PATH = "/v1/public/releases"
DRAFTS = """
insert into releases (
  listing_id, id, publisher_id, version, precedence, is_prerelease, status, refs, compat, artifacts, published_at_ms
)
select id, gen_random_uuid(), publisher_id, '1.0.0', gen_random_uuid()::text, false, 'published', '{}', '{}', '[]', 2e15
from listings, generate_series(1, %s) where id = %s
"""


@pytest.fixture(scope="module")
async def ada(people: People) -> Person:
    return await people.publisher("Ada")


async def releases(api: Caller, **query: Any) -> list[str]:
    return [each["releaseId"] for each in await walk(api, PATH, **query)]


async def test_a_release_is_announced_with_its_listing_and_its_publisher(app: App, api: Caller, ada: Person) -> None:
    offer = await market.on_sale(ada, summary="Reads maps.")
    with app.counting() as cost:
        page = assert_ok(await api.get(PATH, params={"limit": 1}))
    assert (cost.statements, cost.round_trips) == (1, 1)
    assert page["items"] == [
        {
            "releaseId": offer.id,
            "version": "1.0.0",
            "publishedAtMs": offer.body["publishedAtMs"],
            "listing": {
                "listingId": offer.listing.id,
                "assetKind": "whs_agent",
                "name": offer.listing.body["name"],
                "summary": "Reads maps.",
            },
            "publisher": {
                "publisherId": str(ada.publisher_id),
                "handle": page["items"][0]["publisher"]["handle"],
                "displayName": "Ada",
                "verified": {"status": "unverified"},
            },
        }
    ]


@pytest.mark.parametrize("limit", [1, 2, 200])
async def test_every_release_of_every_listing_is_there_once_in_the_order_of_its_creation(
    api: Caller, ada: Person, clock: FakeClock, limit: int
) -> None:
    before = await releases(api, limit=200)
    made: list[str] = []
    offers = [await market.on_sale(ada) for _ in range(3)]
    made += [offer.id for offer in offers]
    for number in range(2):
        for offer in offers:
            clock.advance(seconds=number)
            made.append((await market.release(offer.listing, f"1.{number + 1}.0")).id)
    found = await releases(api, limit=limit)
    assert [each for each in found if each in made] == made[::-1]
    assert [each for each in found if each not in made] == before


async def test_i_pub_01_only_published_releases_of_public_listings_are_announced(
    app: App, api: Caller, people: People, ada: Person
) -> None:
    shown = await market.on_sale(ada)
    draft = await market.release(await market.listing(ada))
    unlisted, suspended, revoked = [await market.on_sale(ada) for _ in range(3)]
    hidden = await market.on_sale(await people.publisher("Susan"))
    await unlisted.listing.set_status("unlisted")
    suspend_listing(app, suspended.listing.id)
    await market.release(revoked.listing, "1.1.0")
    await revoked.revoke()
    suspend_publisher(app, hidden.listing.publisher)
    found = set(await releases(api))
    assert shown.id in found
    assert not found & {draft.id, unlisted.id, suspended.id, revoked.id, hidden.id}


async def test_the_list_ends_where_too_many_releases_in_a_row_are_not_public(
    start: Start, empty_database: Database
) -> None:
    app = await start(on=empty_database)
    ada = await app.people.publisher("Ada")
    shown = await market.on_sale(ada)
    draft = await market.listing(ada)
    visitor = app.people.visitor()
    for drafts, expected in ((WALKED_MAX - 1, [shown.id]), (1, [])):
        app.database.change(DRAFTS, drafts, ids.decode("lst", draft.id))
        assert await releases(visitor) == expected


async def test_a_cursor_of_another_list_is_refused(api: Caller, ada: Person) -> None:
    for _ in range(2):
        await market.on_sale(ada)
    other = assert_ok(await api.get("/v1/public/listings/search", params={"limit": 1}))["nextCursor"]
    for cursor in ("nonsense", other):
        assert_error(await api.get(PATH, params={"cursor": cursor}), Code.VALIDATION_FAILED, fields=["cursor"])
