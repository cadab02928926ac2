"""POST /v1/publisher/markdown/preview."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support import market
from tests.support.answers import assert_created, assert_error, assert_ok
from tests.support.contents import unchanged
from tests.support.databases import Database
from tests.support.people import People, Person

PREVIEW = "/v1/publisher/markdown/preview"


@pytest.fixture(scope="module")
async def bea(people: People) -> Person:
    """A user who is no publisher."""
    return await people.register("Bea")


async def preview(person: Person, markdown: str) -> dict[str, Any]:
    """What the policy says of a source."""
    body: dict[str, Any] = assert_ok(await person.post(PREVIEW, {"format": "markdown", "markdown": markdown}, key=None))
    return body


async def test_every_user_sees_what_a_source_is_shown_as_and_nothing_is_stored(bea: Person, database: Database) -> None:
    with unchanged(database):
        shown = await preview(bea, "# Title\n\n[docs](https://example.org)")
    assert shown.keys() == {"problems", "html"}
    assert shown["problems"] == []
    assert "<h1>Title</h1>" in shown["html"]
    assert 'rel="noopener noreferrer nofollow"' in shown["html"]


async def test_problems_come_with_line_and_rule_and_a_suggestion_that_passes(bea: Person) -> None:
    shown = await preview(bea, "Fine *text*.\n\n<b onclick=x>bold</b>\n\n![i](https://example.org/i.png)")
    assert shown.keys() == {"problems", "suggestion"}
    assert {(problem["line"], problem["rule"]) for problem in shown["problems"]} == {(3, "raw_html"), (5, "image")}
    assert all(problem.keys() == {"line", "rule", "message"} for problem in shown["problems"])
    mended = await preview(bea, shown["suggestion"])
    assert mended["problems"] == []
    assert "<em>text</em>" in mended["html"]
    assert "<b" not in mended["html"]


async def test_what_is_previewed_is_what_is_stored(people: People) -> None:
    ada, source = await people.publisher("Ada"), "a | b\n--|--\n1 | ~~2~~\r\n"
    description = {"format": "markdown", "markdown": source}
    answer = await ada.post("/v1/publisher/listings", market.listing_request(description=description))
    assert assert_created(answer, "listing")["description"]["html"] == (await preview(ada, source))["html"]


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, ["format", "markdown"]),
        ({"format": "html", "markdown": ""}, ["format"]),
        ({"format": "markdown", "markdown": "x" * 20_001}, ["markdown"]),
        ({"format": "markdown", "markdown": None}, ["markdown"]),
        ({"format": "markdown", "markdown": "", "save": True}, ["save"]),
    ],
)
async def test_u_val_03_what_does_not_fit_is_refused_by_name(bea: Person, body: Any, fields: list[str]) -> None:
    assert_error(await bea.post(PREVIEW, body), "VALIDATION_FAILED", fields=fields)


async def test_visitors_and_forged_pages_are_kept_out(people: People, bea: Person) -> None:
    body = {"format": "markdown", "markdown": "x"}
    assert_error(await people.visitor().post(PREVIEW, body), "UNAUTHENTICATED")
    assert_error(await bea.post(PREVIEW, body, headers={"x-csrf-token": "forged"}), "UNAUTHORIZED")
    assert_error(await bea.post(PREVIEW, body, headers={"origin": "https://evil.example"}), "UNAUTHORIZED")


async def test_a_key_needs_the_scope_publish(bea: Person) -> None:
    body = {"format": "markdown", "markdown": "x"}
    reader, writer = await bea.api_key(scopes=["read"]), await bea.api_key(scopes=["publish"])
    assert_error(await reader.post(PREVIEW, body), "UNAUTHORIZED")
    assert_ok(await writer.post(PREVIEW, body))
