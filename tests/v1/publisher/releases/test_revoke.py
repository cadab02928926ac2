"""POST /v1/publisher/releases/{releaseId}/revoke."""

from __future__ import annotations

import asyncio
from typing import Any

import psycopg
import pytest

from fleetprompt import ids
from tests.support import market
from tests.support.answers import assert_error, assert_ok, assert_replayed, assert_same_refusal
from tests.support.application import App
from tests.support.callers import fresh_key
from tests.support.clock import FakeClock
from tests.support.contents import added_rows, unchanged
from tests.support.databases import Database
from tests.support.market import Listing, Release
from tests.support.people import People, Person
from tests.v1.publisher.facets import facet_changes

REASON = {"reason": "It leaks.\n\nUse 1.0.1."}


@pytest.fixture(scope="module")
async def ada(people: People) -> Person:
    """A publisher."""
    return await people.publisher("Ada")


def path_of(release: Release) -> str:
    """Where it is revoked."""
    return f"/v1/publisher/releases/{release.id}/revoke"


async def shown(listing: Listing) -> dict[str, Any]:
    """The listing as it now is."""
    body: dict[str, Any] = assert_ok(await listing.publisher.get(f"/v1/publisher/listings/{listing.id}"), "listing")
    return body


def events_of(listing: Listing, database: Database) -> list[tuple[Any, ...]]:
    """The two newest events of a listing, the older first."""
    found = database.rows(
        "select id, type, release_id, cause_event_id, details from audit_events where listing_id = %s order by id desc"
        " limit 2",
        ids.decode("lst", listing.id),
    )
    return found[::-1]


async def test_i_rel_02_revoking_changes_the_status_and_deletes_nothing(
    ada: Person, clock: FakeClock, database: Database
) -> None:
    listing = await market.listing(ada)
    release, other = await market.release(listing, "1.0.0"), await market.release(listing, "0.9.0")
    known = await shown(listing)
    clock.advance(seconds=5)
    with added_rows(database) as added:
        answer = await ada.post(path_of(release), REASON)
    assert assert_ok(answer, "release") == release.body | {
        "status": "revoked",
        "revokedAtMs": clock.now_ms(),
        "revokeReason": REASON["reason"],
    }
    assert added == {"audit_events": 1, "idempotency_keys": 1}
    assert await shown(listing) == known | {
        "publishedReleases": 1,
        "latestRelease": {
            "releaseId": other.id,
            "version": "0.9.0",
            "publishedAtMs": other.body["publishedAtMs"],
        },
        "updatedAtMs": clock.now_ms(),
    }
    *_, event = events_of(listing, database)
    assert event[1:] == ("release.revoked", ids.decode("rel", release.id), None, {"version": "1.0.0"})


async def test_the_last_release_takes_its_published_listing_to_unlisted(ada: Person, database: Database) -> None:
    release = await market.on_sale(ada, tags=["gone"])
    with added_rows(database) as added, facet_changes(database) as changed:
        assert_ok(await ada.post(path_of(release), REASON), "release")
    listing = await shown(release.listing)
    assert (listing["status"], listing["publishedReleases"]) == ("unlisted", 0)
    assert "latestRelease" not in listing
    assert added == {"audit_events": 2, "idempotency_keys": 1, "facet_deltas": 2}
    assert changed == {("assetKind", "whs_agent"): -1, ("tag", "gone"): -1}
    revoked, moved = events_of(release.listing, database)
    assert revoked[1] == "release.revoked"
    assert moved[1:] == ("listing.status_changed", None, revoked[0], {"from": "published", "to": "unlisted"})


async def test_a_published_listing_with_another_release_stays_published(ada: Person, database: Database) -> None:
    release = await market.on_sale(ada)
    await market.release(release.listing, "2.0.0-rc.1")
    with facet_changes(database) as changed:
        await release.revoke()
    listing = await shown(release.listing)
    assert (listing["status"], listing["latestRelease"]["version"]) == ("published", "2.0.0-rc.1")
    assert changed == {}


@pytest.mark.parametrize("status", ["draft", "unlisted"])
async def test_other_listings_keep_their_status_without_a_release(ada: Person, status: str) -> None:
    release = await market.on_sale(ada)
    await release.listing.set_status(status)
    await release.revoke()
    assert (await shown(release.listing))["status"] == status


async def test_a_suspended_listing_stays_suspended_and_remembers_what_it_was(ada: Person, database: Database) -> None:
    release = await market.on_sale(ada)
    listing_id = ids.decode("lst", release.listing.id)
    database.change(
        "update listings set status = 'suspended', status_before_suspension = 'published', suspended_at_ms = 17,"
        " suspend_reason = 'It is a copy.' where id = %s",
        listing_id,
    )
    with facet_changes(database) as changed:
        await release.revoke()
    assert (await shown(release.listing))["status"] == "suspended"
    assert changed == {}
    assert database.rows(
        "select status_before_suspension, published_releases from listings where id = %s", listing_id
    ) == [("published", 0)]


async def test_the_latest_of_the_remaining_ones_takes_its_place(ada: Person) -> None:
    listing = await market.listing(ada)
    made = {
        version: await market.release(listing, version)
        for version in ("1.0.0", "1.0.0-beta.11", "1.0.0-beta.2", "0.2.0", "0.10.0")
    }
    latest = []
    for version in ("1.0.0", "0.10.0", "0.2.0", "1.0.0-beta.11", "1.0.0-beta.2"):
        latest.append((await shown(listing))["latestRelease"]["version"])
        await made[version].revoke()
    assert latest == ["1.0.0", "0.10.0", "0.2.0", "1.0.0-beta.11", "1.0.0-beta.2"]
    assert "latestRelease" not in await shown(listing)


async def test_a_revocation_is_final(ada: Person, database: Database) -> None:
    release = await market.release(await market.listing(ada))
    await release.revoke()
    with unchanged(database):
        assert_error(await ada.post(path_of(release), REASON), "CONFLICT", "transition")


async def test_of_revocations_at_once_one_happens(ada: Person) -> None:
    release = await market.on_sale(ada)
    await market.release(release.listing, "2.0.0")
    answers = await asyncio.gather(*(ada.post(path_of(release), REASON) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    assert (await shown(release.listing))["publishedReleases"] == 1


async def test_r_race_revoking_every_release_at_once_unlists_once(ada: Person, database: Database) -> None:
    first = await market.on_sale(ada)
    others = [await market.release(first.listing, f"1.{minor}.0") for minor in range(1, 5)]
    with facet_changes(database) as changed:
        answers = await asyncio.gather(*(ada.post(path_of(each), REASON) for each in (first, *others)))
    assert [answer.status_code for answer in answers] == [200] * 5
    listing = await shown(first.listing)
    assert (listing["status"], listing["publishedReleases"]) == ("unlisted", 0)
    assert changed == {("assetKind", "whs_agent"): -1}


async def test_r_race_revoking_the_last_release_against_publishing_another(ada: Person) -> None:
    for _ in range(6):
        release = await market.on_sale(ada)
        request = market.release_request(version="2.0.0")
        revoked, published = await asyncio.gather(
            ada.post(path_of(release), REASON),
            ada.post(f"/v1/publisher/listings/{release.listing.id}/releases", request),
        )
        assert (revoked.status_code, published.status_code) == (200, 201)
        listing = await shown(release.listing)
        assert listing["status"] in {"published", "unlisted"}
        assert (listing["publishedReleases"], listing["latestRelease"]["version"]) == (1, "2.0.0")


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, ["reason"]),
        ({"reason": ""}, ["reason"]),
        ({"reason": "x" * 1001}, ["reason"]),
        ({"reason": None}, ["reason"]),
        ({"reason": "x", "final": False}, ["final"]),
    ],
)
async def test_a_reason_of_1_to_1000_characters_is_required(
    ada: Person, database: Database, body: dict[str, Any], fields: list[str]
) -> None:
    release = await market.release(await market.listing(ada))
    with unchanged(database):
        assert_error(await ada.post(path_of(release), body), "VALIDATION_FAILED", fields=fields)


async def test_the_longest_reason_fits(ada: Person) -> None:
    release = await market.release(await market.listing(ada))
    await release.revoke("\U0001f4a9" * 1000)
    assert len(release.body["revokeReason"]) == 1000


async def test_i_pubc_05_another_publisher_cannot_revoke_it(ada: Person, people: People, database: Database) -> None:
    bea, release = await people.publisher("Bea"), await market.on_sale(ada)
    revoked = await market.release(release.listing, "2.0.0")
    await revoked.revoke()
    with unchanged(database):
        unknown = await bea.post(f"/v1/publisher/releases/{ids.encode('rel', ids.new_uuid())}/revoke", REASON)
        assert_error(unknown, "NOT_FOUND")
        for hidden in (release, revoked):
            assert_same_refusal(await bea.post(path_of(hidden), REASON), unknown)


async def test_a_retry_with_the_same_key_replays(ada: Person, database: Database) -> None:
    release, key = await market.on_sale(ada), fresh_key()
    first = await ada.post(path_of(release), REASON, key=key)
    with unchanged(database):
        assert_replayed(await ada.post(path_of(release), REASON, key=key), first)
        other = await ada.post(path_of(release), {"reason": "Another."}, key=key)
        assert_error(other, "CONFLICT", "idempotency_key_reused")
        keyless = await ada.post(path_of(release), REASON, key=None)
        assert_error(keyless, "VALIDATION_FAILED", fields=["Idempotency-Key"])


async def test_revoking_costs_two_round_trips_and_a_replay_one(app: App, ada: Person) -> None:
    release, key = await market.on_sale(ada), fresh_key()
    for round_trips in (2, 1):
        with app.counting() as cost:
            await ada.post(path_of(release), REASON, key=key)
        assert cost.round_trips == 1 + round_trips


@pytest.mark.parametrize(
    "statement",
    [
        "update releases set version = '9.9.9' where id = %s",
        "update releases set refs = '{}' where id = %s",
        "update releases set revoke_reason = 'Another.' where id = %s",
        "update releases set status = 'published', revoked_at_ms = null, revoke_reason = null where id = %s",
        "delete from releases where id = %s",
    ],
)
async def test_i_rel_04_the_database_refuses_any_other_change_of_a_release(
    ada: Person, database: Database, statement: str
) -> None:
    release = await market.release(await market.listing(ada))
    await release.revoke()
    with unchanged(database):
        for connect in (database.as_serving, database.as_owner):
            with connect() as connection, pytest.raises(psycopg.Error):
                connection.execute(statement.encode(), (ids.decode("rel", release.id),))


async def test_i_pubc_06_a_user_without_the_capability_is_unauthorized(ada: Person, people: People) -> None:
    release = await market.release(await market.listing(ada))
    assert_error(await (await people.register()).post(path_of(release), {}), "UNAUTHORIZED")
