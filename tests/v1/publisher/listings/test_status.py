"""POST /v1/publisher/listings/{listingId}/status."""

from __future__ import annotations

import asyncio

import pytest

from fleetprompt import ids
from tests.support import market
from tests.support.answers import assert_error, assert_ok, assert_replayed, assert_same_refusal
from tests.support.application import App
from tests.support.callers import fresh_key
from tests.support.clock import FakeClock
from tests.support.contents import added_rows, unchanged
from tests.support.databases import Database
from tests.support.market import Listing
from tests.support.people import People, Person
from tests.v1.publisher.facets import facet_changes

LISTINGS = "/v1/publisher/listings"


@pytest.fixture(scope="module")
async def ada(people: People) -> Person:
    """A publisher."""
    return await people.publisher("Ada")


async def listing_in(ada: Person, status: str, database: Database) -> Listing:
    """A listing with a published release and this status."""
    made = await market.listing(ada, tags=["maps"], categories=["logistics"])
    await market.release(made)
    if status in {"published", "unlisted"}:
        await made.set_status("published")
    if status == "unlisted":
        await made.set_status("unlisted")
    if status == "suspended":
        database.change(
            "update listings set status = 'suspended', status_before_suspension = 'draft', suspended_at_ms = 17,"
            " suspend_reason = 'It is a copy.' where id = %s",
            ids.decode("lst", made.id),
        )
    return made


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("draft", "published"),
        ("published", "unlisted"),
        ("published", "draft"),
        ("unlisted", "published"),
        ("unlisted", "draft"),
    ],
)
async def test_a_publisher_moves_her_listing(
    ada: Person, clock: FakeClock, database: Database, before: str, after: str
) -> None:
    listing = await listing_in(ada, before, database)
    known = assert_ok(await ada.get(f"{LISTINGS}/{listing.id}"), "listing")
    clock.advance(seconds=5)
    with added_rows(database) as added:
        answer = await ada.post(f"{LISTINGS}/{listing.id}/status", {"status": after})
    moved = assert_ok(answer, "listing")
    assert moved == known | {"status": after, "updatedAtMs": clock.now_ms()}
    assert answer.headers["etag"] == moved["etag"] == known["etag"]
    assert assert_ok(await ada.get(f"{LISTINGS}/{listing.id}"), "listing") == moved
    facets = {"facet_deltas": 3} if "published" in {before, after} else {}
    assert added == {"audit_events": 1, "idempotency_keys": 1, **facets}
    (event,) = database.rows(
        "select type, cause_event_id, details from audit_events where listing_id = %s order by id desc limit 1",
        ids.decode("lst", listing.id),
    )
    assert event == ("listing.status_changed", None, {"from": before, "to": after})


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ("draft", "draft", "transition"),
        ("draft", "unlisted", "transition"),
        ("published", "published", "transition"),
        ("unlisted", "unlisted", "transition"),
        ("suspended", "draft", "suspended"),
        ("suspended", "published", "suspended"),
        ("suspended", "unlisted", "suspended"),
    ],
)
async def test_every_other_move_is_a_conflict(
    ada: Person, database: Database, before: str, after: str, reason: str
) -> None:
    listing = await listing_in(ada, before, database)
    with unchanged(database):
        answer = await ada.post(f"{LISTINGS}/{listing.id}/status", {"status": after})
    assert_error(answer, "CONFLICT", reason)


async def test_i_pubc_04_publishing_needs_a_published_release(ada: Person, database: Database) -> None:
    listing = await market.listing(ada)
    path = f"{LISTINGS}/{listing.id}/status"
    with unchanged(database):
        assert_error(await ada.post(path, {"status": "published"}), "CONFLICT", "no_published_release")
    release = await market.release(listing)
    await listing.set_status("published")
    await release.revoke()
    with unchanged(database):
        assert_error(await ada.post(path, {"status": "published"}), "CONFLICT", "no_published_release")


@pytest.mark.parametrize("status", ["suspended", "lost", "", None, 3])
async def test_other_words_are_refused_by_name(ada: Person, database: Database, status: object) -> None:
    listing = await market.listing(ada)
    with unchanged(database):
        answer = await ada.post(f"{LISTINGS}/{listing.id}/status", {"status": status})
    assert_error(answer, "VALIDATION_FAILED", fields=["status"])


async def test_the_facets_count_published_listings_only(ada: Person, database: Database) -> None:
    listing = await listing_in(ada, "draft", database)
    counted = {("assetKind", "whs_agent"): 1, ("tag", "maps"): 1, ("category", "logistics"): 1}
    for status, sign in (("published", 1), ("unlisted", -1), ("published", 1), ("draft", -1)):
        with facet_changes(database) as changed:
            await listing.set_status(status)
        assert changed == {facet: sign * count for facet, count in counted.items()}


async def test_of_two_moves_at_once_each_saw_what_the_other_left(ada: Person, database: Database) -> None:
    listing = await listing_in(ada, "published", database)
    path = f"{LISTINGS}/{listing.id}/status"
    with facet_changes(database) as changed:
        answers = await asyncio.gather(*(ada.post(path, {"status": "unlisted"}) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    assert changed[("assetKind", "whs_agent")] == -1


async def test_r_race_publishing_against_revoking_the_last_release_keeps_rule_8(
    ada: Person, database: Database
) -> None:
    for _ in range(8):
        listing = await market.listing(ada, tags=["race"])
        release = await market.release(listing)
        with facet_changes(database) as changed:
            published, revoked = await asyncio.gather(
                ada.post(f"{LISTINGS}/{listing.id}/status", {"status": "published"}),
                ada.post(f"/v1/publisher/releases/{release.id}/revoke", {"reason": "Broken."}),
            )
        assert_ok(revoked, "release")
        shown = assert_ok(await ada.get(f"{LISTINGS}/{listing.id}"), "listing")
        if published.is_success:
            assert shown["status"] == "unlisted"
        else:
            assert_error(published, "CONFLICT", "no_published_release")
            assert shown["status"] == "draft"
        assert shown["publishedReleases"] == 0
        assert changed == {}


async def test_i_pubc_05_another_publisher_cannot_move_it(ada: Person, people: People, database: Database) -> None:
    bea, listing = await people.publisher("Bea"), await listing_in(ada, "suspended", database)
    with unchanged(database):
        hidden = await bea.post(f"{LISTINGS}/{listing.id}/status", {"status": "published"})
        unknown = await bea.post(f"{LISTINGS}/lst_nothing/status", {"status": "published"})
    assert_error(hidden, "NOT_FOUND")
    assert_same_refusal(hidden, unknown)


async def test_a_retry_with_the_same_key_replays_also_when_the_status_has_moved_on(
    ada: Person, database: Database
) -> None:
    listing, key = await listing_in(ada, "draft", database), fresh_key()
    path = f"{LISTINGS}/{listing.id}/status"
    first = await ada.post(path, {"status": "published"}, key=key)
    await listing.set_status("draft")
    with unchanged(database):
        assert_replayed(await ada.post(path, {"status": "published"}, key=key), first)
        assert_error(await ada.post(path, {"status": "draft"}, key=key), "CONFLICT", "idempotency_key_reused")
        assert_error(
            await ada.post(path, {"status": "published"}, key=None), "VALIDATION_FAILED", fields=["Idempotency-Key"]
        )


async def test_a_move_costs_two_round_trips_and_a_replay_one(app: App, ada: Person, database: Database) -> None:
    listing, key = await listing_in(ada, "draft", database), fresh_key()
    for round_trips in (2, 1):
        with app.counting() as cost:
            await ada.post(f"{LISTINGS}/{listing.id}/status", {"status": "published"}, key=key)
        assert cost.round_trips == 1 + round_trips


async def test_i_pubc_06_a_user_without_the_capability_is_unauthorized(ada: Person, people: People) -> None:
    listing = await market.listing(ada)
    answer = await (await people.register()).post(f"{LISTINGS}/{listing.id}/status", {"status": "lost"})
    assert_error(answer, "UNAUTHORIZED")
