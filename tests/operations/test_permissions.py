"""Who may call what, found by calling: surfaces by capability, API keys by scope (spec 3 IDOR, 6.4; I-PUBC-06)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pytest

from fleetprompt.app import ROUTES
from fleetprompt.authz import Access
from fleetprompt.enums import KeyScope
from fleetprompt.web.routing import Route
from tests.operations.cases import Ready, Request, names
from tests.operations.cast import Cast
from tests.operations.naming import naming_nothing
from tests.operations.permission_matrix import LET_IN, published
from tests.support.answers import assert_error, assert_same_refusal
from tests.support.callers import Caller, KeyHolder
from tests.support.contents import unchanged
from tests.support.databases import Database
from tests.support.people import Person

SURFACES: Final = (
    ("/v1/public/", Access.ANYONE),
    ("/v1/auth/logout", Access.SIGNED_IN),
    ("/v1/auth/", Access.ANYONE),
    ("/v1/publisher/profile", Access.SIGNED_IN),
    ("/v1/publisher/markdown/preview", Access.SIGNED_IN),
    ("/v1/publisher/", Access.PUBLISHER),
    ("/v1/admin/", Access.ADMIN),
    ("/v1/internal/", Access.PARTNER),
    ("/v1/", Access.SIGNED_IN),
    ("/", Access.ANYONE),
)
"""Who may call, by how a path begins; the first that fits counts."""

SCOPES_OF_WRITES: Final = (
    ("/v1/publisher/", KeyScope.PUBLISH),
    ("/v1/install/", KeyScope.INSTALL),
    ("/v1/reports", KeyScope.INSTALL),
)
"""What a key needs to write, by how a path begins; other writes are for no key."""

MAY: Final[Mapping[Access, frozenset[str]]] = {
    Access.ANYONE: frozenset({"anonymous", "user", "publisher", "admin", "partner"}),
    Access.SIGNED_IN: frozenset({"user", "publisher", "admin"}),
    Access.PUBLISHER: frozenset({"publisher"}),
    Access.ADMIN: frozenset({"admin"}),
    Access.PARTNER: frozenset({"partner"}),
}


def access_of(route: Route) -> Access:
    """What the specification asks of a caller of this path."""
    return next(access for beginning, access in SURFACES if route.path.startswith(beginning))


def scope_of(route: Route) -> KeyScope | None:
    """What the specification asks of an API key on this path; None keeps every key out."""
    if route.path.startswith("/v1/sessions"):
        return None
    if route.path.startswith("/v1/admin/"):
        return KeyScope.ADMIN
    if route.method == "GET":
        return KeyScope.READ
    return next((scope for beginning, scope in SCOPES_OF_WRITES if route.path.startswith(beginning)), None)


def _expected(route: Route, who: str) -> str:
    access = access_of(route)
    if who in MAY[access]:
        return LET_IN
    if access is Access.PARTNER or who in {"anonymous", "partner"}:
        return "UNAUTHENTICATED"
    return "UNAUTHORIZED"


def _expected_of_key(route: Route, scope: KeyScope) -> str:
    access = access_of(route)
    if access is Access.ANYONE:
        return LET_IN
    if access is Access.PARTNER:
        return "UNAUTHENTICATED"
    return LET_IN if scope is scope_of(route) else "UNAUTHORIZED"


def _malformed(ready: Ready, request: Request) -> Request:
    """A request that validation refuses, so that whoever is let in changes nothing."""
    return request.with_query(unheard="of") if ready.route.is_query else request.with_body(unheard="of")


async def _found(ready: Ready, caller: Caller) -> str:
    """How far a caller gets: past the capability, where validation stops her, or not; existing rows change nothing."""
    refused = await ready.send(_malformed(ready, ready.case.request), by=caller)
    assert_same_refusal(
        await ready.send(_malformed(ready, naming_nothing(ready.route, ready.case.request)), by=caller), refused
    )
    code = refused.json()["error"]["code"]
    if code == "VALIDATION_FAILED":
        assert_error(refused, code, fields=["unheard"])
        return LET_IN
    assert_error(refused, code)
    if code == "UNAUTHENTICATED":
        scheme = "Signature" if access_of(ready.route) is Access.PARTNER else "Bearer"
        assert refused.headers["www-authenticate"] == scheme
    sound = await ready.send(by=caller)
    assert_same_refusal(sound, refused)
    return str(code)


@pytest.mark.parametrize("route", ROUTES, ids=names(ROUTES))
def test_every_operation_asks_for_what_its_surface_does(route: Route) -> None:
    assert route.operation.who is access_of(route)
    if route.operation.who not in {Access.ANYONE, Access.PARTNER}:
        assert route.operation.scope is scope_of(route)


@pytest.mark.parametrize("route", ROUTES, ids=names(ROUTES))
async def test_i_pubc_06_a_surface_is_for_who_has_its_capability(ready: Ready, cast: Cast, database: Database) -> None:
    callers: dict[str, Caller] = {
        "anonymous": cast.visitor(),
        "user": await cast.buyer(),
        "publisher": await cast.publisher(),
        "admin": await cast.admin(),
        "partner": await cast.partner(),
    }
    with unchanged(database, but=("request_nonces",)):
        found = {who: await _found(ready, caller) for who, caller in callers.items()}
    assert found == {who: _expected(ready.route, who) for who in callers}
    assert found.items() <= published()[ready.route.operation.name].items()
    ready.assert_succeeded(await ready.send())


@pytest.mark.parametrize("route", ROUTES, ids=names(ROUTES))
async def test_an_api_key_reaches_what_its_scope_names(ready: Ready, cast: Cast, database: Database) -> None:
    keys = {scope: await cast.key(scope) for scope in KeyScope}
    with unchanged(database, but=("request_nonces",)):
        found = {scope: await _found(ready, key) for scope, key in keys.items()}
    assert found == {scope: _expected_of_key(ready.route, scope) for scope in KeyScope}
    needed, matrix = scope_of(ready.route), published()[ready.route.operation.name]
    for scope, how_far in found.items():
        assert how_far == matrix["key with scope" if scope is needed else "key without"]
    ready.assert_succeeded(await ready.send())


OPEN_TO_KEYS: Final = tuple(
    route for route in ROUTES if access_of(route) not in {Access.ANYONE, Access.PARTNER} and scope_of(route) is not None
)


@pytest.mark.parametrize("route", OPEN_TO_KEYS, ids=names(OPEN_TO_KEYS))
async def test_the_scope_alone_is_enough_for_the_same_request(ready: Ready) -> None:
    person, scope = ready.case.caller, scope_of(ready.route)
    assert isinstance(person, Person)
    assert scope is not None
    ready.assert_succeeded(await ready.send(by=await person.api_key(scopes=[scope.value])))


@pytest.mark.parametrize("route", ROUTES, ids=names(ROUTES))
async def test_a_credential_that_is_not_good_is_unauthenticated(ready: Ready, cast: Cast, database: Database) -> None:
    if access_of(ready.route) is Access.ANYONE:
        return
    buyer = await cast.buyer()
    used = await buyer.api_key()
    revoked = await buyer.post(f"/v1/api-keys/{used.body['apiKeyId']}/revoke")
    assert revoked.is_success, revoked.text
    altered = KeyHolder(buyer.line, f"{used.secret[:-1]}{'0' if used.secret[-1] != '0' else '1'}", used.body)
    with unchanged(database, but=ready.spent):
        for caller in (used, altered, KeyHolder(buyer.line, "fpk_nonsense", used.body)):
            assert_error(await ready.send(by=caller), "UNAUTHENTICATED")
    ready.assert_succeeded(await ready.send())
