"""PATCH /v1/publisher/listings/{listingId}."""

from __future__ import annotations

import asyncio
from typing import Any

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

CONTENT: dict[str, Any] = {
    "name": "Atlas",
    "summary": "Maps.",
    "description": {"format": "markdown", "markdown": "*Atlas*"},
    "tags": ["maps", "ops"],
    "categories": ["logistics"],
    "images": [{"url": "https://img.example.org/1.png", "alt": "The map"}],
    "links": {"docsUrl": "https://docs.example.org", "repoUrl": "https://git.example.org"},
}


@pytest.fixture(scope="module")
async def ada(people: People) -> Person:
    """A publisher."""
    return await people.publisher("Ada")


async def atlas(ada: Person) -> Listing:
    """A draft that says everything that a listing can say."""
    return await market.listing(ada, **CONTENT)


async def revise(listing: Listing, change: dict[str, Any], **options: Any) -> Any:
    """The listing after a change that succeeds."""
    return assert_ok(await listing.publisher.patch(f"{LISTINGS}/{listing.id}", change, **options), "listing")


@pytest.mark.parametrize(
    ("change", "shown"),
    [
        ({"name": "Globe"}, {"name": "Globe"}),
        ({"summary": "Other maps."}, {"summary": "Other maps."}),
        ({"summary": None}, {"summary": ""}),
        ({"tags": ["globes"]}, {"tags": ["globes"]}),
        ({"tags": ["ops", "maps"]}, {"tags": ["ops", "maps"]}),
        ({"tags": None}, {"tags": []}),
        ({"categories": ["a", "b"]}, {"categories": ["a", "b"]}),
        ({"categories": None}, {"categories": []}),
        ({"images": []}, {"images": []}),
        ({"images": None}, {"images": []}),
        ({"links": {"docsUrl": None}}, {"links": {"repoUrl": "https://git.example.org"}}),
        (
            {"links": {"docsUrl": "https://new.example.org"}},
            {"links": {"docsUrl": "https://new.example.org", "repoUrl": "https://git.example.org"}},
        ),
        ({"links": None}, {"links": {}}),
        ({"name": "Globe", "summary": "Round.", "tags": []}, {"name": "Globe", "summary": "Round.", "tags": []}),
    ],
)
async def test_i_pubc_02_she_edits_what_she_names_and_keeps_the_rest(
    ada: Person, clock: FakeClock, database: Database, change: dict[str, Any], shown: dict[str, Any]
) -> None:
    listing = await atlas(ada)
    clock.advance(seconds=5)
    with added_rows(database) as added:
        answer = await ada.patch(f"{LISTINGS}/{listing.id}", change)
    revised = assert_ok(answer, "listing")
    assert revised == listing.body | shown | {"updatedAtMs": clock.now_ms(), "etag": '"2"'}
    assert answer.headers["etag"] == '"2"'
    assert assert_ok(await ada.get(f"{LISTINGS}/{listing.id}"), "listing") == revised
    assert added == {"listing_revisions": 1, "audit_events": 1, "idempotency_keys": 1}


async def test_a_new_description_is_rendered_and_null_empties_it(ada: Person) -> None:
    listing = await atlas(ada)
    revised = await revise(listing, {"description": {"format": "markdown", "markdown": "# New\r\n"}})
    assert revised["description"] == {"format": "markdown", "markdown": "# New\n", "html": "<h1>New</h1>\n"}
    empty = {"format": "markdown", "markdown": "", "html": ""}
    assert (emptied := await revise(listing, {"description": None}))["description"] == empty
    same = await revise(listing, {"description": {"format": "markdown", "markdown": ""}})
    assert same == emptied, "what was read and sent back changes nothing"


async def test_the_replaced_content_is_kept_and_the_event_names_the_fields(ada: Person, database: Database) -> None:
    listing = await atlas(ada)
    await revise(listing, {"name": "Globe", "links": {"repoUrl": None}, "summary": "Maps."})
    await revise(listing, {"description": None})
    listing_id = ids.decode("lst", listing.id)
    revisions = database.rows(
        "select revision, content from listing_revisions where listing_id = %s order by revision", listing_id
    )
    second = CONTENT | {"name": "Globe", "links": {"docsUrl": "https://docs.example.org"}}
    assert revisions == [(1, CONTENT), (2, second)]
    details = database.rows(
        "select details from audit_events where listing_id = %s and type = 'listing.updated' order by id", listing_id
    )
    assert details == [
        ({"fields": ["name", "links"], "revision": 2},),
        ({"fields": ["description"], "revision": 3},),
    ]


async def test_i_pubc_02_a_stale_edit_is_a_conflict_and_loses_nothing(ada: Person, database: Database) -> None:
    listing = await atlas(ada)
    first = listing.body["etag"]
    second = await revise(listing, {"summary": "Hers."}, headers={"if-match": first})
    with unchanged(database):
        stale = await ada.patch(f"{LISTINGS}/{listing.id}", {"summary": "Lost?"}, headers={"if-match": first})
    assert_error(stale, "CONFLICT", "stale_edit")
    third = await revise(listing, {"name": "Globe"}, headers={"if-match": f'"0", {second["etag"]}'})
    assert (third["summary"], third["name"], third["etag"]) == ("Hers.", "Globe", '"3"')


@pytest.mark.parametrize("if_match", ['W/"1"', '"2"', '""'])
async def test_only_the_very_etag_matches(ada: Person, if_match: str) -> None:
    listing = await atlas(ada)
    answer = await ada.patch(f"{LISTINGS}/{listing.id}", {"name": "Globe"}, headers={"if-match": if_match})
    assert_error(answer, "CONFLICT", "stale_edit")


async def test_a_star_matches_any_version_and_nonsense_is_refused(ada: Person) -> None:
    listing = await atlas(ada)
    await revise(listing, {"name": "Globe"}, headers={"if-match": "*"})
    answer = await ada.patch(f"{LISTINGS}/{listing.id}", {"name": "Map"}, headers={"if-match": "2"})
    assert_error(answer, "VALIDATION_FAILED", fields=["If-Match"])


async def test_without_if_match_the_last_write_wins(ada: Person) -> None:
    listing = await atlas(ada)
    await revise(listing, {"summary": "First."})
    assert (await revise(listing, {"summary": "Last."}))["summary"] == "Last."


async def test_edits_at_once_are_all_kept(ada: Person, database: Database) -> None:
    listing = await atlas(ada)
    changes: list[dict[str, Any]] = [{"name": "Globe"}, {"summary": "Round."}, {"tags": []}, {"categories": []}]
    await asyncio.gather(*(revise(listing, change) for change in changes))
    shown = assert_ok(await ada.get(f"{LISTINGS}/{listing.id}"), "listing")
    assert (shown["name"], shown["summary"], shown["tags"], shown["categories"]) == ("Globe", "Round.", [], [])
    assert shown["etag"] == '"5"'
    assert database.rows(
        "select revision from listing_revisions where listing_id = %s order by revision", ids.decode("lst", listing.id)
    ) == [(1,), (2,), (3,), (4,)]


async def test_of_edits_at_once_of_one_version_one_wins(ada: Person) -> None:
    listing = await atlas(ada)
    answers = await asyncio.gather(
        *(
            ada.patch(f"{LISTINGS}/{listing.id}", {"name": f"Globe {number}"}, headers={"if-match": '"1"'})
            for number in range(4)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    (winner,) = (answer.json()["listing"] for answer in answers if answer.is_success)
    assert assert_ok(await ada.get(f"{LISTINGS}/{listing.id}"), "listing") == winner


@pytest.mark.parametrize("change", [{}, {"links": {}}, {"name": "Atlas"}, CONTENT])
async def test_an_edit_that_changes_nothing_writes_its_ledger_entry_only(
    ada: Person, clock: FakeClock, database: Database, change: dict[str, Any]
) -> None:
    listing = await atlas(ada)
    clock.advance(seconds=5)
    with added_rows(database) as added, unchanged(database, but=("idempotency_keys",)):
        assert await revise(listing, change) == listing.body
    assert added == {"idempotency_keys": 1}
    with unchanged(database):
        assert await revise(listing, change, key=None) == listing.body


async def test_a_suspended_listing_can_be_edited(ada: Person, database: Database) -> None:
    listing = await atlas(ada)
    database.change(
        "update listings set status = 'suspended', status_before_suspension = 'draft', suspended_at_ms = 17,"
        " suspend_reason = 'It is a copy.' where id = %s",
        ids.decode("lst", listing.id),
    )
    revised = await revise(listing, {"name": "Not a copy"})
    assert (revised["name"], revised["status"]) == ("Not a copy", "suspended")


async def test_the_facets_follow_the_tags_and_categories_of_a_published_listing(
    ada: Person, database: Database
) -> None:
    listing = await atlas(ada)
    with facet_changes(database) as draft:
        await revise(listing, {"tags": ["maps", "early"]})
    assert draft == {}
    await market.release(listing)
    await listing.set_status("published")
    with facet_changes(database) as published:
        await revise(listing, {"tags": ["maps", "late"], "categories": ["travel"], "summary": "New."})
    assert published == {
        ("tag", "early"): -1,
        ("tag", "late"): 1,
        ("category", "logistics"): -1,
        ("category", "travel"): 1,
    }
    with facet_changes(database) as reordered:
        await revise(listing, {"tags": ["late", "maps"]})
    assert reordered == {}


async def test_the_search_text_follows_the_edit(ada: Person, database: Database) -> None:
    listing = await atlas(ada)
    await revise(listing, {"name": "Globus", "tags": ["round"], "summary": None})
    assert database.rows(
        "select name_key, search_vector @@ 'globus:A & round:B & ~globs'::tsquery, search_vector @@ 'atlas'::tsquery"
        " from listings where id = %s",
        ids.decode("lst", listing.id),
    ) == [("globus", True, False)]


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"name": None}, ["name"]),
        ({"name": "x" * 81}, ["name"]),
        ({"tags": ["a", "a"]}, ["tags[1]"]),
        ({"links": {"docsUrl": "http://example.org"}}, ["links.docsUrl"]),
        ({"assetKind": "spec_asset"}, ["assetKind"]),
        ({"status": "published"}, ["status"]),
        ({"description": {"format": "markdown", "markdown": "<b>"}}, ["description.markdown"]),
    ],
)
async def test_u_val_01_to_05_what_does_not_fit_is_refused_by_name(
    ada: Person, database: Database, change: dict[str, Any], fields: list[str]
) -> None:
    listing = await atlas(ada)
    with unchanged(database):
        answer = await ada.patch(f"{LISTINGS}/{listing.id}", change)
    assert_error(answer, "VALIDATION_FAILED", fields=fields)


async def test_i_pubc_05_another_publisher_cannot_edit_it(ada: Person, people: People, database: Database) -> None:
    bea, listing = await people.publisher("Bea"), await atlas(ada)
    with unchanged(database):
        hidden = await bea.patch(f"{LISTINGS}/{listing.id}", {"name": "Mine"}, headers={"if-match": '"7"'})
        unknown = await bea.patch(f"{LISTINGS}/{ids.encode('lst', ids.new_uuid())}", {"name": "Mine"})
    assert_error(hidden, "NOT_FOUND")
    assert_same_refusal(hidden, unknown)


async def test_a_retry_with_the_same_key_replays_also_when_the_etag_has_moved_on(ada: Person) -> None:
    listing, key = await atlas(ada), fresh_key()
    path, headers = f"{LISTINGS}/{listing.id}", {"if-match": '"1"'}
    first = await ada.patch(path, {"name": "Globe"}, key=key, headers=headers)
    await revise(listing, {"name": "Later"})
    assert_replayed(await ada.patch(path, {"name": "Globe"}, key=key, headers=headers), first)
    assert_error(await ada.patch(path, {"name": "Globe"}, key=key), "CONFLICT", "idempotency_key_reused")


async def test_an_edit_costs_two_round_trips_and_a_replay_one(app: App, ada: Person) -> None:
    listing, key = await atlas(ada), fresh_key()
    with app.counting() as cost:
        await revise(listing, {"description": {"format": "markdown", "markdown": "New."}}, key=key)
    assert cost.round_trips == 1 + 2
    with app.counting() as replay:
        await revise(listing, {"description": {"format": "markdown", "markdown": "New."}}, key=key)
    assert replay.round_trips == 1 + 1


async def test_i_pubc_06_a_user_without_the_capability_is_unauthorized(ada: Person, people: People) -> None:
    listing = await atlas(ada)
    assert_error(await (await people.register()).patch(f"{LISTINGS}/{listing.id}", {"name": 3}), "UNAUTHORIZED")
