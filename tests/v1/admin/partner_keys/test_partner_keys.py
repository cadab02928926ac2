"""GET and POST /v1/admin/partner-keys, POST /v1/admin/partner-keys/{partnerKeyId}/revoke."""

from __future__ import annotations

import base64

import pytest

from fleetprompt import ids, secrets
from fleetprompt.accounts.authenticator import AccountsAuthenticator
from fleetprompt.runtime.services import Services
from tests.support.answers import assert_created, assert_error, assert_ok, assert_replayed
from tests.support.application import App
from tests.support.contents import added_rows, unchanged
from tests.support.databases import Database
from tests.support.events import events_of
from tests.support.people import People

PATH = "/v1/admin/partner-keys"


async def test_a_key_shows_its_secret_once(people: People, database: Database) -> None:
    ines = await people.admin("Ines")
    await ines.csrf_token()
    request = {"targetSystem": "agentelic", "label": "production"}
    with added_rows(database) as added:
        answer = await ines.post(PATH, request, key="once")
    assert added == {"partner_keys": 1, "audit_events": 1, "idempotency_keys": 1}
    key = assert_created(answer, "partnerKey", "secret")
    assert answer.headers["cache-control"] == "no-store"
    assert key == {
        "partnerKeyId": key["partnerKeyId"],
        "targetSystem": "agentelic",
        "label": "production",
        "status": "active",
        "createdAtMs": key["createdAtMs"],
    }
    secret = answer.json()["secret"]
    assert len(base64.b64decode(secret, validate=True)) == 32
    (event,) = events_of(database, answer)
    assert event.type == "partner_key.created"
    assert event.details == {"partnerKeyId": key["partnerKeyId"], "targetSystem": "agentelic"}
    with unchanged(database):
        assert_replayed(await ines.post(PATH, request, key="once"), answer)
    listed = await ines.get(PATH)
    assert key in assert_ok(listed)["items"]
    assert secret not in listed.text


async def test_s_sec_03_the_row_alone_does_not_give_the_secret(
    people: People, database: Database, services: Services
) -> None:
    partner = await people.partner()
    key_id = ids.decode("prt", partner.key_id)
    assert key_id is not None
    row, salt = database.rows("select to_jsonb(k)::text, salt from partner_keys k where id = %s", key_id)[0]
    secret = base64.b64decode(partner.secret)
    assert partner.secret not in row
    assert secret.hex() not in row
    assert secrets.partner_secret(services.ring, key_id, salt).reveal() == secret
    assert secrets.partner_secret(secrets.KeyRing.generate(), key_id, salt).reveal() != secret


async def test_a_verifier_gets_the_secret_of_an_active_key_only(people: People, services: Services, app: App) -> None:
    ines = await people.admin("Ines")
    partner = await people.partner("agentromatic", admin=ines)
    authenticator = AccountsAuthenticator(services)
    key_id = ids.decode("prt", partner.key_id)
    assert key_id is not None
    with app.counting() as cost:
        found = await authenticator.partner_key(key_id)
    assert (cost.statements, cost.round_trips) == (1, 1)
    assert found is not None
    assert (found.target_system, found.not_before_ms) == ("agentromatic", 0)
    assert found.secret.reveal() == base64.b64decode(partner.secret)
    assert_ok(await ines.post(f"{PATH}/{partner.key_id}/revoke"), "partnerKey")
    assert await authenticator.partner_key(key_id) is None
    assert await authenticator.partner_key(ids.new_uuid()) is None


async def test_signatures_from_before_a_restore_do_not_count(
    people: People, services: Services, database: Database
) -> None:
    partner = await people.partner()
    key_id = ids.decode("prt", partner.key_id)
    assert key_id is not None
    database.change("update instance set restored_at_ms = 1234")
    found = await AccountsAuthenticator(services).partner_key(key_id)
    database.change("update instance set restored_at_ms = null")
    assert found is not None
    assert found.not_before_ms == 1234


async def test_a_key_is_revoked_once_and_stays_listed(people: People, database: Database) -> None:
    ines = await people.admin("Ines")
    partner = await people.partner(admin=ines)
    answer = await ines.post(f"{PATH}/{partner.key_id}/revoke")
    key = assert_ok(answer, "partnerKey")
    assert key == partner.body | {"status": "revoked", "revokedAtMs": key["revokedAtMs"]}
    (event,) = events_of(database, answer)
    assert (event.type, event.details) == (
        "partner_key.revoked",
        {"partnerKeyId": partner.key_id, "targetSystem": "whs"},
    )
    with unchanged(database):
        assert_error(await ines.post(f"{PATH}/{partner.key_id}/revoke"), "CONFLICT", "transition")
    assert key in assert_ok(await ines.get(PATH))["items"]


async def test_keys_are_listed_in_pages_the_newest_first(people: People) -> None:
    ines = await people.admin("Ines")
    made = [(await people.partner(admin=ines)).body for _ in range(3)]
    first = assert_ok(await ines.get(PATH, params={"limit": 2}))
    second = assert_ok(await ines.get(PATH, params={"limit": 2, "cursor": first["nextCursor"]}))
    assert (first["items"] + second["items"])[:3] == made[::-1]


@pytest.mark.parametrize(
    ("request_body", "fields"),
    [
        ({}, ["targetSystem"]),
        ({"targetSystem": "fleetprompt"}, ["targetSystem"]),
        ({"targetSystem": "whs", "label": ""}, ["label"]),
        ({"targetSystem": "whs", "label": "x" * 81}, ["label"]),
        ({"targetSystem": "whs", "secret": "mine"}, ["secret"]),
    ],
)
async def test_what_a_key_cannot_be_is_refused_by_name(
    people: People, database: Database, request_body: dict[str, object], fields: list[str]
) -> None:
    ines = await people.admin("Ines")
    await ines.csrf_token()
    with unchanged(database):
        assert_error(await ines.post(PATH, request_body), "VALIDATION_FAILED", fields=fields)


async def test_the_surface_is_for_admins(people: People, database: Database) -> None:
    ada, partner = await people.publisher("Ada"), await people.partner()
    await ada.csrf_token()
    with unchanged(database):
        assert_error(await ada.get(PATH), "UNAUTHORIZED")
        assert_error(await ada.post(PATH, {"targetSystem": "whs"}), "UNAUTHORIZED")
        assert_error(await ada.post(f"{PATH}/{partner.key_id}/revoke"), "UNAUTHORIZED")
        assert_error(await people.visitor().get(PATH), "UNAUTHENTICATED")
