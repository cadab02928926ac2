"""What each scope of an API key opens (spec 6.4 Programs)."""

from __future__ import annotations

from itertools import product

import pytest

from fleetprompt.enums import KeyScope
from tests.support.answers import assert_error, assert_ok
from tests.support.callers import KeyHolder
from tests.support.contents import unchanged
from tests.support.databases import Database
from tests.support.people import People, Person

PROFILE: dict[str, object] = {"displayName": "Ada"}
ABSENT = "00000000000000000000000000"

NEEDS: list[tuple[KeyScope, str, str, dict[str, object] | None]] = [
    (KeyScope.READ, "GET", "/v1/me", None),
    (KeyScope.READ, "GET", "/v1/api-keys", None),
    (KeyScope.READ, "GET", "/v1/publisher/profile", None),
    (KeyScope.PUBLISH, "PUT", "/v1/publisher/profile", PROFILE),
    (KeyScope.ADMIN, "GET", "/v1/admin/users", None),
    (KeyScope.ADMIN, "GET", "/v1/admin/partner-keys", None),
    (KeyScope.ADMIN, "POST", "/v1/admin/partner-keys", {"targetSystem": "whs"}),
    (KeyScope.ADMIN, "POST", f"/v1/admin/partner-keys/prt_{ABSENT}/revoke", {}),
    (KeyScope.ADMIN, "POST", f"/v1/admin/users/usr_{ABSENT}/capabilities", {}),
]

SESSIONS_ONLY: list[tuple[str, str, dict[str, object] | None]] = [
    ("POST", "/v1/api-keys", {"name": "another"}),
    ("POST", f"/v1/api-keys/key_{ABSENT}/revoke", {}),
    ("GET", "/v1/sessions", None),
    ("POST", f"/v1/sessions/ses_{ABSENT}/revoke", {}),
    ("POST", "/v1/me/password", {"current": "whatever", "new": "whatever it takes"}),
    ("POST", "/v1/auth/logout", {}),
]


@pytest.fixture(scope="module")
async def admin(people: People) -> Person:
    """An admin who is a publisher too."""
    ines = await people.admin("Ines")
    await ines.become_publisher()
    await ines.sign_in()
    return ines


@pytest.fixture(scope="module")
async def holders(admin: Person) -> dict[KeyScope, KeyHolder]:
    """A key for each scope, with that one only."""
    return {scope: await admin.api_key(scopes=[scope.value]) for scope in KeyScope}


@pytest.mark.parametrize(("need", "held"), list(product(NEEDS, KeyScope)), ids=str)
async def test_a_key_reaches_what_its_scope_opens_and_nothing_else(
    holders: dict[KeyScope, KeyHolder],
    database: Database,
    need: tuple[KeyScope, str, str, dict[str, object] | None],
    held: KeyScope,
) -> None:
    scope, method, path, body = need
    if held is scope:
        answer = await holders[held].request(method, path, json=body or {})
        assert answer.status_code in {200, 201, 404}, answer.text
        return
    with unchanged(database):
        assert_error(await holders[held].request(method, path, json=body or {}), "UNAUTHORIZED")


@pytest.mark.parametrize(("method", "path", "body"), SESSIONS_ONLY)
async def test_no_key_reaches_keys_sessions_or_the_password(
    admin: Person, database: Database, method: str, path: str, body: dict[str, object] | None
) -> None:
    almighty = await admin.api_key(scopes=[scope.value for scope in KeyScope])
    with unchanged(database):
        assert_error(await almighty.request(method, path, json=body or {}), "UNAUTHORIZED")


async def test_the_admin_scope_is_worth_nothing_without_the_capability(
    people: People, admin: Person, database: Database
) -> None:
    other = await people.admin("Otto")
    key = await other.api_key(scopes=["admin"])
    assert_ok(await key.get("/v1/admin/partner-keys"))
    answer = await admin.post(f"/v1/admin/users/{other.user_id}/capabilities", {"revoke": ["admin"]})
    assert_ok(answer, "user")
    assert_error(await key.get("/v1/admin/partner-keys"), "UNAUTHORIZED")


async def test_a_key_needs_no_csrf_token_and_may_come_from_anywhere(holders: dict[KeyScope, KeyHolder]) -> None:
    headers = {"sec-fetch-site": "cross-site", "origin": "https://elsewhere.example"}
    answer = await holders[KeyScope.PUBLISH].put("/v1/publisher/profile", {"displayName": "Ines"}, headers=headers)
    assert_ok(answer, "publisher")
