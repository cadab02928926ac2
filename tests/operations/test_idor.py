"""What a caller may not see is as if it never existed, for every operation that takes an id (spec 3 IDOR; S-IDOR)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import httpx
import pytest

from fleetprompt.app import ROUTES
from fleetprompt.runtime.operations import Owner
from fleetprompt.web.routing import Route
from tests.operations.cases import Ready, Request, names
from tests.operations.cast import Cast
from tests.operations.naming import Place, naming_nothing, rows_named
from tests.operations.permission_matrix import LET_IN, published
from tests.support.answers import assert_error, assert_ok, assert_same_refusal
from tests.support.callers import Caller
from tests.support.contents import unchanged
from tests.support.databases import Database

NAMING: Final = tuple(route for route in ROUTES if any(row.place is not Place.QUERY for row in rows_named(route)))
FILTERING: Final = tuple(route for route in ROUTES if any(row.place is Place.QUERY for row in rows_named(route)))

STRANGERS: Final[Mapping[Owner, tuple[str, ...]]] = {
    Owner.PUBLISHER: ("other_publisher", "publishing_admin"),
    Owner.BUYER: ("other_buyer", "publisher", "publishing_admin"),
    Owner.USER: ("other_buyer", "publisher", "publishing_admin"),
    Owner.ADMIN: (),
    Owner.PUBLIC: (),
    Owner.PARTNER: (),
}
"""Who has the capability for the surface and may not see the row. Admins see all; what is public hides by its state."""


async def _strangers(cast: Cast, route: Route) -> list[Caller]:
    owners = {row.owner for row in rows_named(route) if row.place is not Place.QUERY}
    return [await getattr(cast, name)() for owner in sorted(owners) for name in STRANGERS[owner]]


async def _assert_as_if_absent(ready: Ready, request: Request, caller: Caller) -> httpx.Response:
    refused = await ready.send(request, by=caller)
    assert_error(refused, "NOT_FOUND")
    assert_same_refusal(refused, await ready.send(naming_nothing(ready.route, request), by=caller))
    return refused


@pytest.mark.parametrize("route", NAMING, ids=names(NAMING))
async def test_s_idor_somebody_elses_row_is_as_if_it_never_existed(
    ready: Ready, cast: Cast, database: Database
) -> None:
    strangers = await _strangers(cast, ready.route)
    assert bool(strangers) == (published()[ready.route.operation.name].get("other owner", LET_IN) != LET_IN)
    with unchanged(database, but=ready.spent):
        await _assert_hidden_from(strangers, ready)
    ready.assert_succeeded(await ready.send())
    with unchanged(database, but=ready.spent):
        await _assert_hidden_from(strangers, ready)


async def _assert_hidden_from(strangers: list[Caller], ready: Ready) -> None:
    for stranger in strangers:
        for request in (ready.case.request, *ready.case.unfit.values()):
            await _assert_as_if_absent(ready, request, stranger)


@pytest.mark.parametrize("route", NAMING, ids=names(NAMING))
async def test_s_idor_a_malformed_or_wrongly_prefixed_id_names_nothing(ready: Ready, database: Database) -> None:
    sound = ready.case.request
    with unchanged(database, but=ready.spent):
        for row in rows_named(ready.route):
            if row.place is Place.QUERY:
                continue
            never = await ready.send(row.nothing(sound))
            assert_error(never, "NOT_FOUND")
            for _, misspelled in row.misspelled(row.read(sound)):
                assert_same_refusal(await ready.send(row.write(sound, misspelled)), never)
    ready.assert_succeeded(await ready.send())


@pytest.mark.parametrize("route", NAMING, ids=names(NAMING))
async def test_s_idor_an_invalid_request_is_refused_alike_whether_or_not_the_row_exists(
    ready: Ready, cast: Cast, database: Database
) -> None:
    sound = ready.case.request
    invalid = sound.with_query(unheard="of")
    strangers = await _strangers(cast, ready.route)
    with unchanged(database, but=ready.spent):
        refused = await ready.send(invalid)
        assert_error(refused, "VALIDATION_FAILED", fields=["unheard"])
        assert_same_refusal(await ready.send(naming_nothing(ready.route, invalid)), refused)
        for stranger in strangers:
            assert_same_refusal(await ready.send(invalid, by=stranger), refused)
    ready.assert_succeeded(await ready.send())


@pytest.mark.parametrize("route", NAMING, ids=names(NAMING))
async def test_s_idor_what_only_the_row_makes_invalid_is_told_to_who_may_see_it(
    ready: Ready, database: Database
) -> None:
    with unchanged(database, but=ready.spent):
        for why, request in ready.case.unfit.items():
            answer = await ready.send(request)
            assert answer.status_code in {400, 409}, f"{why}: {answer.text}"
            assert_error(await ready.send(naming_nothing(ready.route, request)), "NOT_FOUND")
    ready.assert_succeeded(await ready.send())


@pytest.mark.parametrize("route", ROUTES, ids=names(ROUTES))
async def test_s_idor_what_is_hidden_from_everybody_is_as_if_it_never_existed(ready: Ready, database: Database) -> None:
    hidden = {why: await make() for why, make in ready.case.hidden.items()}
    reference: httpx.Response | None = None
    with unchanged(database, but=ready.spent):
        for request in hidden.values():
            for variant in (request, *_unfit_alike(ready, request)):
                refused = await _assert_as_if_absent(ready, variant, ready.case.caller)
                reference = reference or refused
                assert_same_refusal(refused, reference)
    ready.assert_succeeded(await ready.send())


def _unfit_alike(ready: Ready, request: Request) -> list[Request]:
    """The request with what makes others invalid for their row's kind and state."""
    sound = ready.case.request
    return [
        request.with_body(**{name: value for name, value in unfit.body.items() if sound.body.get(name) != value})
        for unfit in ready.case.unfit.values()
        if isinstance(unfit.body, dict)
    ]


@pytest.mark.parametrize("route", FILTERING, ids=names(FILTERING))
async def test_s_idor_a_filter_by_an_id_that_names_nothing_matches_nothing(ready: Ready) -> None:
    sound = ready.case.request
    assert ready.assert_succeeded(await ready.send())["items"]
    for row in rows_named(ready.route):
        if row.place is not Place.QUERY:
            continue
        never = assert_ok(await ready.send(row.nothing(sound)))
        assert never["items"] == []
        for what, misspelled in row.misspelled(row.read(sound)):
            assert assert_ok(await ready.send(row.write(sound, misspelled))) == never, what
