"""Hostile texts in every field that is stored and shown: refused, or nothing but text and safe HTML (spec 3, S-XSS)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import cycle
from typing import Any, Final

import pytest

from fleetprompt.app import ROUTES
from fleetprompt.authz import Access
from fleetprompt.web.routing import Route
from tests.markdown.hostile_samples import INERT, REFUSED
from tests.markdown.html_reading import text_of, unexpected_in
from tests.support import market
from tests.support.answers import assert_error, assert_json, assert_ok
from tests.support.contents import unchanged
from tests.support.databases import Database
from tests.support.hostile_market import ADDRESSES, LINES, REFUSED_ADDRESSES, Stock, stock
from tests.support.people import People, Person

SHOWING: Final = tuple(route for route in ROUTES if route.method == "GET" and route.path.startswith("/v1/"))
"""Everything that shows what was stored."""


@pytest.fixture(scope="module")
async def admin(people: People) -> Person:
    return await people.admin()


@pytest.fixture(scope="module")
async def stocks(people: People, admin: Person) -> list[Stock]:
    """A stock for each line and each source of markdown, whichever are more."""
    samples = zip(cycle(LINES.values()), INERT.values(), cycle(ADDRESSES.values()), strict=False)
    assert len(LINES) <= len(INERT)
    return [
        await stock(people, admin, line=line, markdown=markdown, address=address) for line, markdown, address in samples
    ]


def _leaves(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """(Name of the innermost member, value) of everything in a JSON value that holds nothing further."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, key)
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner, name)
    else:
        yield name, value


async def _shown(route: Route, by: Stock, admin: Person, people: People) -> Any:
    path = route.path
    for name, value in by.ids.items():
        path = path.replace(f"{{{name}}}", value)
    caller = {Access.ANYONE: people.visitor(), Access.ADMIN: admin}.get(route.operation.who, by.owner)
    params = {"limit": 200} if "limit" in route.operation.command.__struct_fields__ else None
    answer = await caller.get(path, params=params)
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert_ok(answer)
    return assert_json(answer)


@pytest.mark.parametrize("route", SHOWING, ids=[route.operation.name for route in SHOWING])
async def test_s_xss_01_s_xss_02_s_xss_03_what_is_shown_is_text_safe_html_and_https(
    route: Route, stocks: list[Stock], admin: Person, people: People
) -> None:
    stored = "\n".join(text for each in stocks for text in (each.line, each.markdown, each.address))
    for each in stocks:
        for name, value in _leaves(await _shown(route, each, admin, people)):
            if name == "html":
                assert unexpected_in(value) == [], value
            elif name.lower().endswith("url"):
                assert value.startswith("https://"), value
            elif isinstance(value, str) and "<" in value:
                assert value.rstrip() in stored, value


async def test_s_xss_01_s_xss_02_s_xss_03_what_was_stored_comes_back_to_the_letter(
    stocks: list[Stock], admin: Person, people: People
) -> None:
    by_path = {route.path: route for route in SHOWING}
    for each in stocks:
        detail = (await _shown(by_path["/v1/public/listings/{listingId}"], each, admin, people))["listingDetail"]
        release = (await _shown(by_path["/v1/public/releases/{releaseId}"], each, admin, people))["release"]
        intent = (await _shown(by_path["/v1/install/intents/{installIntentId}"], each, admin, people))["installIntent"]
        publisher = (await _shown(by_path["/v1/public/publishers/{publisherId}"], each, admin, people))["publisher"]
        texts = (detail["listing"]["name"], detail["listing"]["images"][0]["alt"], publisher["displayName"])
        opaque = (intent["state"], intent["targetContext"]["roomId"], release["refs"]["whsAgentId"])
        assert {*texts, *opaque} == {each.line}
        for shown in (detail["description"], release["notes"], publisher["bio"]):
            assert shown["markdown"] == each.markdown
            assert text_of(shown["html"]).strip()
        assert detail["listing"]["links"] == {"docsUrl": each.address, "repoUrl": each.address}


async def test_s_xss_01_s_xss_02_hostile_markdown_is_refused_wherever_it_could_be_stored(
    people: People, database: Database
) -> None:
    ada = await people.publisher()
    draft = await market.listing(ada)
    with unchanged(database):
        for name, (source, problems) in REFUSED.items():
            text = {"format": "markdown", "markdown": source}
            sending = {
                "description.markdown": ("PATCH", f"/v1/publisher/listings/{draft.id}", {"description": text}),
                "notes.markdown": (
                    "POST",
                    f"/v1/publisher/listings/{draft.id}/releases",
                    market.release_request(notes=text),
                ),
                "bio.markdown": ("PUT", "/v1/publisher/profile", {"displayName": "Ada", "bio": text}),
            }
            for field, (method, path, body) in sending.items():
                error = assert_error(
                    await ada.request(method, path, content=json.dumps(body).encode()), "VALIDATION_FAILED"
                )
                assert {each["fieldName"] for each in error["details"]["fields"]} == {field}, (name, problems)


@pytest.mark.parametrize("address", REFUSED_ADDRESSES)
async def test_s_xss_03_hostile_addresses_are_refused_wherever_they_could_be_stored(
    address: str, people: People, database: Database
) -> None:
    ada = await people.publisher()
    sending: dict[str, dict[str, Any]] = {
        "links.docsUrl": {"links": {"docsUrl": address}},
        "links.repoUrl": {"links": {"repoUrl": address}},
        "images[0].url": {"images": [{"url": address, "alt": ""}]},
    }
    with unchanged(database):
        for field, content in sending.items():
            refused = await ada.post("/v1/publisher/listings", market.listing_request(**content))
            assert_error(refused, "VALIDATION_FAILED", fields=[field])
