"""R-RACE of listings and their releases: every outcome is one that some order of the two allows."""

from __future__ import annotations

import pytest

from fleetprompt import ids
from tests.races.arena import Arena
from tests.support import market
from tests.support.answers import assert_created, assert_error, assert_ok
from tests.support.market import Listing, release_request

pytestmark = pytest.mark.slow
REASON = {"reason": "It does not work."}


def status_path(listing: Listing) -> str:
    return f"/v1/publisher/listings/{listing.id}/status"


def releases_path(listing: Listing) -> str:
    return f"/v1/publisher/listings/{listing.id}/releases"


def row(arena: Arena, listing: Listing) -> tuple[str, int]:
    """Status and number of published releases."""
    ((status, published),) = arena.database.rows(
        "select status, published_releases from listings where id = %s", ids.decode("lst", listing.id)
    )
    return status, published


async def test_r_race_revoking_the_last_release_against_publishing_the_listing(arena: Arena) -> None:
    for _ in arena.rounds():
        only = await market.release(await market.listing(arena.ada))
        revoked, published = await arena.at_once(
            arena.ada.post(f"/v1/publisher/releases/{only.id}/revoke", REASON),
            arena.ada.post(status_path(only.listing), {"status": "published"}),
        )
        assert_ok(revoked, "release")
        if published.is_success:
            assert row(arena, only.listing) == ("unlisted", 0)
        else:
            assert_error(published, "CONFLICT", "no_published_release")
            assert row(arena, only.listing) == ("draft", 0)


async def test_r_race_revoking_the_last_release_against_publishing_the_next(arena: Arena) -> None:
    statuses = set()
    for _ in arena.rounds():
        only = await market.on_sale(arena.ada)
        revoked, published = await arena.at_once(
            arena.ada.post(f"/v1/publisher/releases/{only.id}/revoke", REASON),
            arena.ada.post(releases_path(only.listing), release_request(version="2.0.0")),
        )
        assert_ok(revoked, "release")
        assert_created(published, "release")
        status, releases = row(arena, only.listing)
        assert releases == 1
        statuses.add(status)
    assert statuses <= {"published", "unlisted"}


async def test_r_race_i_rel_01_of_two_releases_of_one_version_one_is_published(arena: Arena) -> None:
    for _ in arena.rounds():
        listing = await market.listing(arena.ada)
        answers = await arena.at_once(
            arena.ada.post(releases_path(listing), release_request(version="1.0.0+build.1")),
            arena.ada.post(releases_path(listing), release_request(version="1.0.0")),
        )
        (winner,) = (answer for answer in answers if answer.is_success)
        (loser,) = (answer for answer in answers if not answer.is_success)
        error = assert_error(loser, "CONFLICT", "version_exists")
        assert error["details"]["releaseId"] == assert_created(winner, "release")["releaseId"]
        assert row(arena, listing) == ("draft", 1)


async def test_r_race_of_two_suspensions_one_happens(arena: Arena) -> None:
    for _ in arena.rounds():
        offer = await market.on_sale(arena.ada)
        path = f"/v1/admin/listings/{offer.listing.id}/suspend"
        answers = await arena.at_once(*(arena.ines.post(path, REASON) for _ in range(2)))
        assert sorted(answer.status_code for answer in answers) == [200, 409]
        (loser,) = (answer for answer in answers if not answer.is_success)
        assert_error(loser, "CONFLICT", "transition")


async def test_r_race_suspending_a_listing_against_unlisting_it(arena: Arena) -> None:
    for _ in arena.rounds():
        offer = await market.on_sale(arena.ada)
        suspended, unlisted = await arena.at_once(
            arena.ines.post(f"/v1/admin/listings/{offer.listing.id}/suspend", REASON),
            arena.ada.post(status_path(offer.listing), {"status": "unlisted"}),
        )
        before = assert_ok(suspended, "listing")["suspension"]["statusBefore"]
        assert before == ("unlisted" if unlisted.is_success else "published")
        if not unlisted.is_success:
            assert_error(unlisted, "CONFLICT", "suspended")
        assert row(arena, offer.listing) == ("suspended", 1)


async def test_r_race_i_pubc_02_of_two_edits_of_one_version_one_is_stale(arena: Arena) -> None:
    for number in arena.rounds():
        listing = await market.listing(arena.ada)
        path, headers = f"/v1/publisher/listings/{listing.id}", {"If-Match": listing.body["etag"]}
        answers = await arena.at_once(
            arena.ada.patch(path, {"summary": f"One {number}"}, headers=headers),
            arena.ada.patch(path, {"name": f"Other {number}"}, headers=headers),
        )
        assert sorted(answer.status_code for answer in answers) == [200, 409]
        (loser,) = (answer for answer in answers if not answer.is_success)
        assert_error(loser, "CONFLICT", "stale_edit")


async def test_r_race_edits_that_name_no_version_both_happen(arena: Arena) -> None:
    for number in arena.rounds():
        listing = await market.listing(arena.ada)
        path = f"/v1/publisher/listings/{listing.id}"
        answers = await arena.at_once(
            arena.ada.patch(path, {"summary": f"One {number}"}), arena.ada.patch(path, {"tags": ["two"]})
        )
        for answer in answers:
            assert_ok(answer, "listing")
        now = assert_ok(await arena.ada.get(path), "listing")
        assert (now["summary"], now["tags"]) == (f"One {number}", ["two"])
