"""The API reference tells every operation of the document that this instance serves, and all that it declares."""

from __future__ import annotations

from typing import Any
from xml.etree.ElementTree import Element

import pytest

from fleetprompt.app import ROUTES
from fleetprompt.pages.reference.limits import told_limits
from fleetprompt.pages.reference.reading import spans
from fleetprompt.pages.reference.schemas import Field, Shapes
from fleetprompt.rate_limits import NO_LIMITS, RateClass, parse_rate_limits
from fleetprompt.web.openapi import document
from fleetprompt.web.openapi_areas import AREAS, area_of
from tests.conftest import Start
from tests.support.forms import named, text_of, visit
from tests.support.people import People

OPENAPI: dict[str, Any] = document(ROUTES)


def section(page: Element, operation_id: str) -> Element:
    found = [each for each in page.iter("section") if each.get("aria-labelledby") == operation_id]
    assert len(found) == 1, operation_id
    return found[0]


@pytest.mark.parametrize("area", [area.name for area in AREAS])
async def test_every_operation_is_told_with_its_parameters_body_answer_and_refusals(people: People, area: str) -> None:
    page = await visit(people.browser(), f"/reference/{area}")
    told = 0
    for route in ROUTES:
        if area_of(route.path).name != area:
            continue
        described = OPENAPI["paths"][route.path][route.method.lower()]
        said = section(page, route.operation.name)
        names = {text_of(each) for each in said.iter("th")}
        assert text_of(said).startswith(f"{route.method} {route.path}")
        assert {each["name"] for each in described["parameters"]} <= names
        body = described.get("requestBody", {}).get("content", {}).get("application/json", {})
        assert set(body.get("schema", {}).get("properties", ())) <= names
        refused = {status for status in described["responses"] if int(status) >= 400}
        links = {str(link.get("href")).rpartition("-")[2] for link in said.iter("a")}
        assert {status for status in refused if not any(name.startswith(status) for name in names)} <= links
        for reason in described["responses"].get("409", {}).get("description", "").split("`")[1::2]:
            assert reason in text_of(said)
        told += 1
    assert told == len(page.findall(".//section[@class='operation']")) > 0


async def test_the_overview_lists_every_operation_and_leads_to_it(people: People) -> None:
    page = await visit(people.browser(), "/reference")
    links = {link.get("href") for link in page.iter("a")}
    for route in ROUTES:
        assert f"/reference/{area_of(route.path).name}#{route.operation.name}" in links
    rows = {row.get("id") for row in page.iter("tr")}
    assert {f"refused-{status}" for status in (400, 401, 403, 404, 405, 406, 409, 413, 415, 429, 500, 503)} <= rows


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("telespaceid open", ["installs.open_intent"]),
        ("VERSION_EXISTS", ["releases.publish"]),
        ("/v1/public/facets", ["catalog.facets"]),
        ("no-such-word-anywhere", []),
    ],
)
async def test_operations_are_found_by_what_their_description_says(
    people: People, wanted: str, found: list[str]
) -> None:
    browser = people.browser()
    answer = await browser.get("/reference", params={"find": wanted}, headers={"accept": "text/html"})
    assert [name for name in OPENAPI_NAMES if f"#{name}&" in answer.text or f'#{name}"' in answer.text] == found


OPENAPI_NAMES = sorted(route.operation.name for route in ROUTES)


async def test_partners_are_told_how_to_sign_and_what_to_send(people: People) -> None:
    page = text_of(await visit(people.browser(), "/reference/partner"))
    assert 'sig1=("@method" "@path" "content-digest" "idempotency-key");created=' in page
    assert '"targetSystem": "whs"' in page


async def test_an_area_that_is_not_there_is_not_found(people: People) -> None:
    page = await visit(people.browser(), "/reference/everything", 404)
    assert text_of(named(page, "h1")) == text_of(named(await visit(people.browser(), "/nothing", 404), "h1"))
    assert page.findall(".//section[@class='operation']") == []


async def test_the_overview_tells_the_limits_of_this_instance(start: Start) -> None:
    app = await start(RATE_LIMITS="redeem=7/s")
    page = await visit(app.people.browser(), "/reference")
    limits = {row.get("id"): text_of(row) for row in page.iter("tr")}
    assert {f"limit-{each}" for each in RateClass} <= limits.keys()
    assert limits["limit-redeem"].endswith("7 a second")


def test_limits_are_told_as_they_are_set() -> None:
    told = {each.name: each.most for each in told_limits(parse_rate_limits("redeem=7/s,public_read=3000/h:10"))}
    assert (told["redeem"], told["public_read"]) == ("7 a second", "3,000 an hour, at most 10 at once")
    assert told_limits(NO_LIMITS) == []


SHAPES = Shapes(
    {
        "Kind": {"enum": ["a", "b"]},
        "Inner": {
            "type": "object",
            "properties": {"kind": {"$ref": "#/components/schemas/Kind"}},
            "required": ["kind"],
        },
    }
)


@pytest.mark.parametrize(
    ("schema", "told"),
    [
        ({"type": "string", "minLength": 1, "maxLength": 80}, "text, 1 to 80 characters"),
        ({"type": "string", "minLength": 0, "maxLength": 240}, "text, at most 240 characters"),
        ({"type": "string", "pattern": "^lst_[0-7][0-9a-hjkmnp-tv-z]{25}$"}, "id, lst_…"),
        ({"type": "string", "pattern": "^x+$"}, "text, of the form ^x+$"),
        ({"type": "integer", "minimum": 1, "maximum": 200}, "whole number, 1 to 200"),
        ({"type": "integer", "minimum": 0}, "whole number, at least 0"),
        ({"enum": ["markdown"]}, "always markdown"),
        ({"anyOf": [{"$ref": "#/components/schemas/Kind"}, {"type": "null"}]}, "one of a, b, or null"),
        (
            {"type": "array", "items": {"type": "boolean"}, "minItems": 1, "maxItems": 4, "uniqueItems": True},
            "list of: true or false, at least 1, at most 4, each once",
        ),
        ({}, "any value"),
    ],
)
def test_a_schema_is_told_in_words(schema: dict[str, Any], told: str) -> None:
    assert SHAPES.told(schema) == told


def test_inner_fields_stand_behind_what_holds_them() -> None:
    images = {"type": "array", "items": {"$ref": "#/components/schemas/Inner"}}
    schema = {"type": "object", "properties": {"images": images, "page": {"type": "integer", "default": 5}}}
    assert list(SHAPES.fields(schema)) == [
        Field("images", "list of: object", is_required=False),
        Field("images[].kind", "one of a, b", is_required=True),
        Field("page", "whole number", is_required=False, default="5"),
    ]


def test_words_of_the_api_are_told_apart_from_the_sentence() -> None:
    told = [(each.text, each.is_code) for each in spans("One (spec 6.4). Raises NOT_FOUND where `cursor` is old.")]
    assert told == [
        ("One. Raises ", False),
        ("NOT_FOUND", True),
        (" where ", False),
        ("cursor", True),
        (" is old.", False),
    ]
