"""GET /v1/admin/users."""

from __future__ import annotations

from fleetprompt import ids
from tests.support.answers import assert_error, assert_ok
from tests.support.databases import Database
from tests.support.people import People


async def test_a_user_is_found_by_email_however_it_is_written(people: People, database: Database) -> None:
    ines, ada = await people.admin("Ines"), await people.publisher("Ada")
    suspend = "update users set suspended_at_ms = 7, suspend_reason = 'spam' where id = %s"
    database.change(suspend, ids.decode("usr", ada.user_id))
    answer = await ines.get("/v1/admin/users", params={"email": ada.email.upper()})
    (user,) = assert_ok(answer)["items"]
    assert user == {
        "userId": ada.user_id,
        "email": ada.email,
        "displayName": "Ada",
        "capabilities": ["publisher"],
        "publisherBarred": False,
        "publisherId": ada.publisher_id,
        "suspension": {"reason": "spam", "atMs": 7},
        "createdAtMs": user["createdAtMs"],
    }
    nobody = await ines.get("/v1/admin/users", params={"email": "nobody@example.org"})
    assert assert_ok(nobody) == {"items": [], "nextCursor": None}


async def test_all_users_are_listed_in_pages_the_newest_first(people: People, database: Database) -> None:
    ines = await people.admin("Ines")
    made = [(await people.register("Ada")).user_id for _ in range(3)]
    first = assert_ok(await ines.get("/v1/admin/users", params={"limit": 2}))
    second = assert_ok(await ines.get("/v1/admin/users", params={"limit": 2, "cursor": first["nextCursor"]}))
    shown = [user["userId"] for user in first["items"] + second["items"]]
    assert shown == [*made[::-1], ines.user_id]


async def test_the_list_is_for_admins(people: People) -> None:
    ada = await people.publisher("Ada")
    assert_error(await ada.get("/v1/admin/users"), "UNAUTHORIZED")
    assert_error(await people.visitor().get("/v1/admin/users"), "UNAUTHENTICATED")


async def test_a_malformed_email_is_refused_by_name(people: People) -> None:
    ines = await people.admin("Ines")
    answer = await ines.get("/v1/admin/users", params={"email": "nobody"})
    assert_error(answer, "VALIDATION_FAILED", fields=["email"])
