"""GET and POST /v1/api-keys, POST /v1/api-keys/{apiKeyId}/revoke."""

from __future__ import annotations

import hashlib
import re
from uuid import UUID

import pytest

from fleetprompt import ids, secrets
from tests.support.answers import assert_created, assert_error, assert_ok, assert_replayed, assert_same_refusal
from tests.support.callers import KeyHolder
from tests.support.clock import FakeClock
from tests.support.contents import added_rows, unchanged
from tests.support.databases import Database
from tests.support.events import events_of
from tests.support.holding import must_run_again
from tests.support.people import People, Person

DAY_MS = 24 * 60 * 60 * 1000
NOBODYS = ids.encode("key", ids.new_uuid())


async def test_a_key_shows_its_secret_once_and_opens_the_account(people: People, database: Database) -> None:
    ada = await people.register("Ada")
    await ada.csrf_token()
    with added_rows(database) as added:
        answer = await ada.post("/v1/api-keys", {"name": "CI"})
    key = assert_created(answer, "apiKey", "secret")
    assert added == {"api_keys": 1, "audit_events": 1, "idempotency_keys": 1}
    assert answer.headers["cache-control"] == "no-store"
    assert key == {
        "apiKeyId": key["apiKeyId"],
        "name": "CI",
        "scopes": ["read", "publish", "install"],
        "createdAtMs": key["createdAtMs"],
        "expiresAtMs": key["createdAtMs"] + 90 * DAY_MS,
    }
    secret = answer.json()["secret"]
    suffix = key["apiKeyId"].removeprefix("key_")
    assert re.fullmatch(rf"fpk_{suffix}_[A-Za-z0-9_-]{{43}}[0-9A-Za-z]{{6}}", secret)
    (event,) = events_of(database, answer)
    assert (event.type, event.details) == ("api_key.created", {"userId": ada.user_id, "apiKeyId": key["apiKeyId"]})
    assert assert_ok(await ada.get("/v1/api-keys")) == {"items": [key], "nextCursor": None}
    program = KeyHolder(ada.line, secret, key)
    assert assert_ok(await program.get("/v1/me"))["user"]["userId"] == ada.user_id


async def test_s_sec_03_the_database_knows_the_hash_of_a_key_and_nothing_of_its_secret(
    people: People, database: Database
) -> None:
    ada = await people.register("Ada")
    secret = (await ada.post("/v1/api-keys", {"name": "CI"}, key="s-sec-03")).json()["secret"]
    rows = database.rows("select to_jsonb(k)::text, k.secret_hash from api_keys k where user_id = %s", _uuid(ada))
    assert [stored for _, stored in rows] == [hashlib.sha256(secret.encode()).digest()]
    ledger = database.value(
        "select encode(body, 'escape') || secret::text from idempotency_keys where key = 's-sec-03'"
    )
    for part in (secret, secret[31:74]):
        assert part not in rows[0][0]
        assert part not in ledger


async def test_a_replay_shows_the_same_key_and_makes_no_other(people: People, database: Database) -> None:
    ada = await people.register("Ada")
    request = {"name": "CI", "scopes": ["read"], "expiresInDays": 1}
    first = await ada.post("/v1/api-keys", request, key="again")
    assert_created(first, "apiKey", "secret")
    with unchanged(database):
        assert_replayed(await ada.post("/v1/api-keys", request, key="again"), first)
        answer = await ada.post("/v1/api-keys", request | {"name": "CD"}, key="again")
        assert_error(answer, "CONFLICT", "idempotency_key_reused")


async def test_an_expired_key_opens_nothing(people: People, clock: FakeClock) -> None:
    ada = await people.register("Ada")
    program = await ada.api_key(expiresInDays=1)
    clock.advance(days=1, ms=-1)
    assert_ok(await program.get("/v1/me"))
    clock.advance(ms=1)
    assert_error(await program.get("/v1/me"), "UNAUTHENTICATED")


async def test_a_revoked_key_opens_nothing_and_is_revoked_once(people: People, database: Database) -> None:
    ada = await people.register("Ada")
    program = await ada.api_key()
    path = f"/v1/api-keys/{program.body['apiKeyId']}/revoke"
    answer = await ada.post(path)
    key = assert_ok(answer, "apiKey")
    assert key == program.body | {"revokedAtMs": key["revokedAtMs"]}
    (event,) = events_of(database, answer)
    assert (event.type, event.cause) == ("api_key.revoked", None)
    assert_error(await program.get("/v1/me"), "UNAUTHENTICATED")
    with unchanged(database):
        assert_error(await ada.post(path), "CONFLICT", "transition")
    assert assert_ok(await ada.get("/v1/api-keys"))["items"] == [key]


async def test_an_expired_key_can_still_be_revoked(people: People, clock: FakeClock) -> None:
    ada = await people.register("Ada")
    program = await ada.api_key(expiresInDays=1)
    clock.advance(days=2)
    back = await people.signed_in_elsewhere(ada)
    assert_ok(await back.post(f"/v1/api-keys/{program.body['apiKeyId']}/revoke"), "apiKey")


async def test_nobody_else_sees_or_revokes_a_key(people: People, database: Database) -> None:
    ada, eve = await people.register("Ada"), await people.register("Eve")
    program = await ada.api_key()
    await eve.csrf_token()
    with unchanged(database):
        foreign = await eve.post(f"/v1/api-keys/{program.body['apiKeyId']}/revoke")
        absent = await eve.post(f"/v1/api-keys/{NOBODYS}/revoke")
        malformed = await eve.post("/v1/api-keys/nonsense/revoke")
    assert_error(foreign, "NOT_FOUND")
    assert_same_refusal(foreign, absent)
    assert_same_refusal(foreign, malformed)
    assert assert_ok(await eve.get("/v1/api-keys"))["items"] == []
    assert_ok(await program.get("/v1/me"))


async def test_keys_are_listed_in_pages_the_newest_first(people: People) -> None:
    ada = await people.register("Ada")
    made = [(await ada.api_key(name=f"key {number}")).body for number in range(5)]
    page = assert_ok(await ada.get("/v1/api-keys", params={"limit": 2}))
    shown = page["items"]
    while page["nextCursor"] is not None:
        page = assert_ok(await ada.get("/v1/api-keys", params={"limit": 2, "cursor": page["nextCursor"]}))
        shown += page["items"]
    assert shown == made[::-1]


@pytest.mark.parametrize(
    ("request_body", "fields"),
    [
        ({}, ["name"]),
        ({"name": ""}, ["name"]),
        ({"name": "x" * 81}, ["name"]),
        ({"name": "CI", "scopes": []}, ["scopes"]),
        ({"name": "CI", "scopes": ["read", "write"]}, ["scopes[1]"]),
        ({"name": "CI", "scopes": ["read", "read"]}, ["scopes[1]"]),
        ({"name": "CI", "scopes": ["read", "admin"]}, ["scopes[1]"]),
        ({"name": "CI", "expiresInDays": 0}, ["expiresInDays"]),
        ({"name": "CI", "expiresInDays": 366}, ["expiresInDays"]),
    ],
)
async def test_what_a_key_cannot_be_is_refused_by_name(
    people: People, database: Database, request_body: dict[str, object], fields: list[str]
) -> None:
    ada = await people.register("Ada")
    await ada.csrf_token()
    with unchanged(database):
        assert_error(await ada.post("/v1/api-keys", request_body), "VALIDATION_FAILED", fields=fields)


async def test_another_checksum_or_another_secret_is_nobody(people: People) -> None:
    ada = await people.register("Ada")
    program = await ada.api_key()
    other = await ada.api_key()
    crossed = program.secret[:31] + other.secret[31:]
    for forged in (program.secret[:-1], program.secret + "0", crossed, program.secret.upper(), "fpk_"):
        answer = await people.visitor().get("/v1/me", headers={"authorization": f"Bearer {forged}"})
        assert_error(answer, "UNAUTHENTICATED")


async def test_a_well_formed_key_that_we_did_not_make_is_nobody(people: People) -> None:
    ada = await people.register("Ada")
    program = await ada.api_key()
    key_id = ids.decode("key", program.body["apiKeyId"])
    assert key_id is not None
    forged = secrets.mint_api_key(secrets.KeyRing.generate(), key_id, secrets.new_salt()).reveal()
    answer = await people.visitor().get("/v1/me", headers={"authorization": f"Bearer {forged}"})
    assert_error(answer, "UNAUTHENTICATED")


async def test_a_suspended_users_key_opens_nothing(people: People, database: Database) -> None:
    ada = await people.register("Ada")
    program = await ada.api_key()
    database.change("update users set suspended_at_ms = 1, suspend_reason = 'spam' where id = %s", _uuid(ada))
    assert_error(await program.get("/v1/me"), "UNAUTHENTICATED")


async def test_whoever_takes_an_account_over_while_a_key_is_made_sees_the_key(
    people: People, database: Database
) -> None:
    ada = await people.register("Ada")
    update = "update users set password_hash = 'another' where id = %s"
    with must_run_again(database, update, _uuid(ada)):
        await ada.api_key()
    assert len(assert_ok(await ada.get("/v1/api-keys"))["items"]) == 1


def _uuid(person: Person) -> UUID | None:
    return ids.decode("usr", person.user_id)
