"""POST /v1/publisher/listings."""

from __future__ import annotations

from typing import Any

import pytest

from fleetprompt import ids
from fleetprompt.enums import AssetKind
from tests.support import market
from tests.support.answers import assert_created, assert_error, assert_ok, assert_replayed
from tests.support.application import App
from tests.support.callers import fresh_key
from tests.support.contents import added_rows, unchanged
from tests.support.databases import Database
from tests.support.people import People, Person

LISTINGS = "/v1/publisher/listings"

WHOLE: dict[str, Any] = {
    "assetKind": "agentromatic_workflow",
    "name": "Ünïcode Atlas",
    "summary": "Maps every warehouse.",
    "description": {"format": "markdown", "markdown": "# Atlas\r\n\r\nSee [docs](https://example.org)."},
    "tags": ["maps", "ops-tools"],
    "categories": ["logistics"],
    "images": [{"url": "https://img.example.org/1.png", "alt": "The map"}, {"url": "https://img.example.org/2.webp"}],
    "links": {"docsUrl": "https://docs.example.org/atlas", "repoUrl": "https://git.example.org/atlas"},
}


@pytest.fixture(scope="module")
async def ada(people: People) -> Person:
    """A publisher."""
    return await people.publisher("Ada")


async def test_i_pubc_01_a_publisher_creates_a_draft_of_her_own(app: App, ada: Person, database: Database) -> None:
    with added_rows(database) as added:
        answer = await ada.post(LISTINGS, WHOLE)
    listing = assert_created(answer, "listing")
    now_ms = app.clock.now_ms()
    assert listing == {
        "listingId": listing["listingId"],
        "assetKind": "agentromatic_workflow",
        "status": "draft",
        "name": "Ünïcode Atlas",
        "summary": "Maps every warehouse.",
        "description": {
            "format": "markdown",
            "markdown": "# Atlas\n\nSee [docs](https://example.org).",
            "html": listing["description"]["html"],
        },
        "tags": ["maps", "ops-tools"],
        "categories": ["logistics"],
        "images": [
            {"url": "https://img.example.org/1.png", "alt": "The map"},
            {"url": "https://img.example.org/2.webp", "alt": ""},
        ],
        "links": {"docsUrl": "https://docs.example.org/atlas", "repoUrl": "https://git.example.org/atlas"},
        "publishedReleases": 0,
        "createdAtMs": now_ms,
        "updatedAtMs": now_ms,
        "etag": '"1"',
    }
    assert "<h1>Atlas</h1>" in listing["description"]["html"]
    assert 'rel="noopener noreferrer nofollow"' in listing["description"]["html"]
    assert answer.headers["etag"] == listing["etag"]
    assert added == {"listings": 1, "audit_events": 1, "idempotency_keys": 1}
    assert database.value(
        "select publisher_id from listings where id = %s", ids.decode("lst", listing["listingId"])
    ) == ids.decode("pub", ada.publisher_id or "")


async def test_what_is_not_given_is_empty_or_absent(ada: Person) -> None:
    listing = assert_created(await ada.post(LISTINGS, market.listing_request()), "listing")
    assert (listing["summary"], listing["tags"], listing["categories"], listing["images"]) == ("", [], [], [])
    assert listing["links"] == {}
    assert listing["description"] == {"format": "markdown", "markdown": "", "html": ""}
    assert listing.keys().isdisjoint({"latestRelease", "suspension"})


async def test_an_empty_description_is_a_description(ada: Person) -> None:
    request = market.listing_request(description={"format": "markdown", "markdown": ""})
    listing = assert_created(await ada.post(LISTINGS, request), "listing")
    assert listing["description"] == {"format": "markdown", "markdown": "", "html": ""}


async def test_the_event_tells_who_created_what(ada: Person, database: Database) -> None:
    answer = await ada.post(LISTINGS, market.listing_request(AssetKind.SPEC_ASSET))
    listing_id = ids.decode("lst", assert_created(answer, "listing")["listingId"])
    (event,) = database.rows(
        "select type, actor_type, actor_id, publisher_id, request_id, details from audit_events where listing_id = %s",
        listing_id,
    )
    assert event == (
        "listing.created",
        "user",
        ids.decode("usr", ada.user_id),
        ids.decode("pub", ada.publisher_id or ""),
        ids.decode("req", answer.headers["x-request-id"]),
        {"assetKind": "spec_asset"},
    )


async def test_the_row_can_be_searched_by_folded_words(ada: Person, database: Database) -> None:
    listing_id = assert_created(await ada.post(LISTINGS, WHOLE), "listing")["listingId"]
    row = database.rows(
        "select name_key, search_vector @@ '~unicode & ~unicde'::tsquery,"
        " search_vector @@ 'unicode:A & maps:B & warehouse:C'::tsquery, search_vector @@ 'maps:A'::tsquery"
        " from listings where id = %s",
        ids.decode("lst", listing_id),
    )
    assert row == [("unicode atlas", True, True, False)]


async def test_a_draft_counts_in_no_facet(ada: Person, database: Database) -> None:
    with unchanged(database, but=("users", "publishers", "sessions", "audit_events", "listings", "idempotency_keys")):
        assert_created(await ada.post(LISTINGS, WHOLE), "listing")


async def test_r_idemp_01_a_retry_with_the_same_key_gives_the_same_listing(ada: Person, database: Database) -> None:
    key = fresh_key()
    first = await ada.post(LISTINGS, WHOLE, key=key)
    with unchanged(database):
        assert_replayed(await ada.post(LISTINGS, WHOLE, key=key), first)
        other = await ada.post(LISTINGS, {**WHOLE, "name": "Another"}, key=key)
    assert_error(other, "CONFLICT", "idempotency_key_reused")


async def test_a_key_is_required(ada: Person, database: Database) -> None:
    with unchanged(database):
        assert_error(await ada.post(LISTINGS, WHOLE, key=None), "VALIDATION_FAILED", fields=["Idempotency-Key"])


async def test_creating_costs_two_round_trips_and_a_replay_one(app: App, ada: Person) -> None:
    key = fresh_key()
    await ada.csrf_token()
    with app.counting() as cost:
        assert_created(await ada.post(LISTINGS, WHOLE, key=key), "listing")
    assert cost.round_trips == 1 + 2
    with app.counting() as replay:
        await ada.post(LISTINGS, WHOLE, key=key)
    assert replay.round_trips == 1 + 1


@pytest.mark.parametrize(
    ("field", "value", "problems"),
    [
        pytest.param("name", "", ["name"], id="u_val_01_empty"),
        pytest.param("name", "x" * 81, ["name"], id="u_val_01_long"),
        pytest.param("name", "e\u0301" * 81, ["name"], id="u_val_01_long_after_nfc"),
        pytest.param("name", "line\nbreak", ["name"], id="u_val_01_control"),
        pytest.param("name", "over\u202eride", ["name"], id="u_val_01_bidi"),
        pytest.param("name", "soft\u00adhyphen", ["name"], id="u_val_01_format"),
        pytest.param("name", None, ["name"], id="u_val_01_null"),
        pytest.param("summary", "x" * 241, ["summary"], id="u_val_02_long"),
        pytest.param("summary", "tab\there", ["summary"], id="u_val_02_control"),
        pytest.param("summary", None, ["summary"], id="u_val_02_null"),
        pytest.param(
            "description",
            {"format": "markdown", "markdown": "x" * 20_001},
            ["description.markdown"],
            id="u_val_03_long",
        ),
        pytest.param(
            "description", {"format": "html", "markdown": "x"}, ["description.format"], id="u_val_03_another_format"
        ),
        pytest.param("description", {"markdown": "x"}, ["description.format"], id="u_val_03_no_format"),
        pytest.param("description", {"format": "markdown"}, ["description.markdown"], id="u_val_03_no_markdown"),
        pytest.param("tags", ["ok", "Not-Ok"], ["tags[1]"], id="u_val_04_case"),
        pytest.param("tags", ["a", "b", "a"], ["tags[2]"], id="u_val_04_double"),
        pytest.param("tags", ["x" * 33], ["tags[0]"], id="u_val_04_long"),
        pytest.param("tags", [f"t{n}" for n in range(21)], ["tags"], id="u_val_04_many_tags"),
        pytest.param("categories", [f"c{n}" for n in range(11)], ["categories"], id="u_val_04_many_categories"),
        pytest.param("links", {"docsUrl": "http://example.org"}, ["links.docsUrl"], id="u_val_05_http"),
        pytest.param("links", {"repoUrl": "https://u:p@example.org"}, ["links.repoUrl"], id="u_val_05_credentials"),
        pytest.param("links", {"docsUrl": "javascript:alert(1)"}, ["links.docsUrl"], id="u_val_05_script"),
        pytest.param("links", {"homeUrl": "https://example.org"}, ["links.homeUrl"], id="unknown_link"),
        pytest.param("images", [{"url": "https://example.org/a.svg", "alt": ""}], ["images[0].url"], id="u_val_05_svg"),
        pytest.param(
            "images", [{"url": "https://example.org/a.png", "alt": "x" * 201}], ["images[0].alt"], id="long_alt"
        ),
        pytest.param("images", [{"url": f"https://example.org/{n}"} for n in range(11)], ["images"], id="many_images"),
        pytest.param("assetKind", "robot", ["assetKind"], id="unknown_kind"),
        pytest.param("status", "published", ["status"], id="a_status"),
        pytest.param("publisherId", "pub_x", ["publisherId"], id="a_publisher"),
    ],
)
async def test_u_val_01_to_05_what_does_not_fit_is_refused_by_name(
    ada: Person, database: Database, field: str, value: Any, problems: list[str]
) -> None:
    with unchanged(database):
        answer = await ada.post(LISTINGS, {**WHOLE, field: value})
    assert_error(answer, "VALIDATION_FAILED", fields=problems)


@pytest.mark.parametrize("name", ["x", "x" * 80, "e\u0301" * 80, "क\u094d\u200dष"])
async def test_u_val_01_names_at_the_bounds_are_taken(ada: Person, name: str) -> None:
    answer = await ada.post(LISTINGS, {**WHOLE, "name": name})
    assert len(assert_created(answer, "listing")["name"]) <= 80


@pytest.mark.parametrize("letter", ["x", "e\u0301", "\U0001f600"])
async def test_u_val_02_a_summary_holds_at_most_240_code_points(ada: Person, database: Database, letter: str) -> None:
    for count in (0, 240):
        taken = await ada.post(LISTINGS, {**WHOLE, "summary": letter * count})
        assert len(assert_created(taken, "listing")["summary"]) == count
    with unchanged(database):
        refused = await ada.post(LISTINGS, {**WHOLE, "summary": letter * 241})
    assert_error(refused, "VALIDATION_FAILED", fields=["summary"])


async def test_all_problems_come_at_once(ada: Person) -> None:
    answer = await ada.post(LISTINGS, {"name": "", "tags": ["A"], "extra": 1}, key="two words")
    assert_error(answer, "VALIDATION_FAILED", fields=["Idempotency-Key", "assetKind", "name", "tags[0]", "extra"])


async def test_u_xss_04_raw_html_in_a_description_is_refused_with_line_and_rule(
    ada: Person, database: Database
) -> None:
    source = "Fine.\n\n<script>alert(1)</script>\n\n[x](http://example.org)"
    with unchanged(database):
        answer = await ada.post(LISTINGS, {**WHOLE, "description": {"format": "markdown", "markdown": source}})
    error = assert_error(answer, "VALIDATION_FAILED", fields=["description.markdown"] * 2)
    messages = [problem["message"] for problem in error["details"]["fields"]]
    assert messages[0].startswith("line 3, raw_html: ")
    assert messages[1].startswith("line 5, link: ")


async def test_i_pubc_06_a_user_without_the_capability_is_unauthorized(people: People, database: Database) -> None:
    bea, visitor = await people.register(), people.visitor()
    with unchanged(database):
        assert_error(await bea.post(LISTINGS, {"nonsense": True}), "UNAUTHORIZED")
        assert_error(await visitor.post(LISTINGS, WHOLE), "UNAUTHENTICATED")


async def test_the_new_listing_is_read_back_as_it_was_answered(ada: Person) -> None:
    created = assert_created(await ada.post(LISTINGS, WHOLE), "listing")
    answer = await ada.get(f"{LISTINGS}/{created['listingId']}")
    assert assert_ok(answer, "listing") == created
    assert answer.headers["etag"] == created["etag"]


async def test_a_key_needs_the_scope_publish(ada: Person, database: Database) -> None:
    reader, writer = await ada.api_key(scopes=["read", "install"]), await ada.api_key(scopes=["publish"])
    with unchanged(database):
        assert_error(await reader.post(LISTINGS, WHOLE), "UNAUTHORIZED")
    created = assert_created(await writer.post(LISTINGS, WHOLE), "listing")
    assert_error(await writer.get(f"{LISTINGS}/{created['listingId']}"), "UNAUTHORIZED")
    assert_ok(await reader.get(f"{LISTINGS}/{created['listingId']}"), "listing")
