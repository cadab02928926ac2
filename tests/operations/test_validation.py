"""Every declared field, at its bounds and just beyond them, of other types and missing (spec 5, 6.1)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

import httpx
import msgspec
import pytest
from msgspec import UNSET

from fleetprompt.app import ROUTES
from fleetprompt.constraints import Markdown
from fleetprompt.fields import rules_by_field, take_apart
from fleetprompt.web.routing import Route
from tests.operations.arrangements import make_ready
from tests.operations.cases import ARRANGEMENTS, Ready, Request, endpoint_of, names
from tests.operations.cast import Cast
from tests.operations.declared import Bound, DeclaredField, Place, at_bound, checked_fields, slips
from tests.support.answers import assert_error
from tests.support.contents import unchanged
from tests.support.databases import Database

WITH_FIELDS: Final = tuple(route for route in ROUTES if checked_fields(route))
each_with_fields = pytest.mark.parametrize("route", WITH_FIELDS, ids=names(WITH_FIELDS))


def _sound(request: Request, field: DeclaredField) -> Any:
    """What the arranged request gives for a field, UNSET where nothing."""
    given = {
        Place.PATH: request.path,
        Place.QUERY: request.query,
        Place.BODY: request.body,
        Place.HEADER: request.headers,
    }[field.place]
    return UNSET if given is UNSET else given.get(field.wire, UNSET)


def _with(request: Request, field: DeclaredField, value: Any) -> Request:
    if field.place is Place.PATH:
        return request.with_path(**{field.wire: str(value) or " "})
    if field.place is Place.QUERY:
        return request.with_query(**{field.wire: value})
    if field.place is Place.HEADER:
        return request.with_headers({field.wire: str(value)})
    return request.with_body(**{field.wire: value})


def _without(request: Request, field: DeclaredField) -> Request:
    kept = {name: value for name, value in request.body.items() if name != field.wire}
    return replace(request, body=kept)


async def _send(ready: Ready, request: Request) -> httpx.Response:
    """Send a body that may hold what is no text at all: an unpaired surrogate can be written as its escape only."""
    if request.body is UNSET:
        return await ready.send(request)
    try:
        content = json.dumps(request.body, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        content = json.dumps(request.body).encode()
    return await ready.send(request, content=content)


def _named(answer: httpx.Response) -> list[str]:
    return sorted(each["fieldName"] for each in assert_error(answer, "VALIDATION_FAILED")["details"]["fields"])


@each_with_fields
async def test_what_no_field_takes_is_refused_by_name_and_changes_nothing(ready: Ready, database: Database) -> None:
    sound = ready.case.request
    with unchanged(database, but=ready.spent):
        for field in checked_fields(ready.route):
            given = _sound(sound, field)
            for slip in slips(field.type, given, is_text=field.place is not Place.BODY):
                answer = await _send(ready, _with(sound, field, slip.value))
                assert _named(answer) == [field.wire + slip.at], slip
            if field.required and field.place is Place.BODY:
                assert _named(await _send(ready, _without(sound, field))) == [field.wire]
    ready.assert_succeeded(await ready.send())


@each_with_fields
async def test_all_problems_are_told_at_once(ready: Ready, database: Database) -> None:
    wrong, expected = ready.case.request.with_query(unheard="of"), ["unheard"]
    if ready.is_signed:
        wrong, expected = ready.case.request.with_body(unheard="of"), ["unheard"]
    for field in checked_fields(ready.route):
        found = list(slips(field.type, _sound(wrong, field), is_text=field.place is not Place.BODY))
        if found:
            wrong = _with(wrong, field, found[0].value)
            expected.append(field.wire + found[0].at)
    with unchanged(database, but=ready.spent):
        assert _named(await _send(ready, wrong)) == sorted(expected)
    ready.assert_succeeded(await ready.send())


def _fields_with_markdown(route: Route) -> list[str]:
    held = {field.wire: take_apart(field.type).base for field in checked_fields(route)}
    structs = {wire: base for wire, base in held.items() if isinstance(base, type) and issubclass(base, msgspec.Struct)}
    return [
        wire
        for wire, struct in structs.items()
        if any(isinstance(rule, Markdown) for rule in rules_by_field(struct).get("markdown", ()))
    ]


WITH_MARKDOWN: Final = tuple(route for route in WITH_FIELDS if _fields_with_markdown(route))


@pytest.mark.parametrize("route", WITH_MARKDOWN, ids=names(WITH_MARKDOWN))
async def test_what_the_markdown_policy_refuses_is_told_with_all_the_rest(ready: Ready, database: Database) -> None:
    refused = {"format": "markdown", "markdown": "Fine.\n\n<b>"}
    (field,) = _fields_with_markdown(ready.route)
    wrong = ready.case.request.with_body(**{field: refused}, unheard="of")
    with unchanged(database, but=ready.spent):
        answer = await _send(ready, wrong)
    assert _named(answer) == sorted([f"{field}.markdown", "unheard"])
    assert "line 3, raw_html: " in answer.text


@pytest.mark.parametrize("bound", Bound)
@each_with_fields
async def test_every_field_takes_what_is_at_its_bounds(ready: Ready, bound: Bound) -> None:
    request = ready.case.request
    for field in checked_fields(ready.route):
        given = _sound(request, field)
        if given is not UNSET and field.wire not in ready.case.fixed:
            request = _with(request, field, at_bound(field.type, given, bound, is_text=field.place is not Place.BODY))
    ready.assert_succeeded(await _send(ready, request))


def _leaves(value: Any, path: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _leaves(inner, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner, path)
    else:
        yield path


@each_with_fields
async def test_the_arrangements_leave_no_field_out(cast: Cast, ready: Ready) -> None:
    """But for cursors, which only a list hands out, and headers of other operations' making."""
    given: set[str] = set()
    for variant in ARRANGEMENTS[endpoint_of(ready.route)]:
        request = (await make_ready(cast, ready.route, variant)).case.request
        for part in (request.path, request.query, request.body, request.headers):
            given.update(_leaves({} if part is UNSET else part))
    top = {path.partition(".")[0] for path in given}
    missing = {field.wire for field in checked_fields(ready.route)} - top - {"cursor", "Authorization"}
    assert not missing
