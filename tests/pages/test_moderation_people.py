"""Users, publishers, releases, install intents and partner keys on moderators' pages."""

from __future__ import annotations

import pytest

from tests.support import market
from tests.support.answers import assert_error, assert_ok
from tests.support.forms import fields_of, fill_in, parsed, said, send, text_of, visit
from tests.support.people import People, Person

KEYS = "/moderation/partner-keys"


@pytest.fixture(scope="module")
async def ines(people: People) -> Person:
    """An admin."""
    return await people.admin("Ines")


async def test_suspending_a_user_says_what_stops_and_reinstating_what_returns(people: People, ines: Person) -> None:
    ada, bea = await people.publisher("Ada"), await people.register("Bea")
    offer = await market.on_sale(ada)
    for _ in range(2):
        await market.intent(bea, offer)
    key = await ada.api_key()
    path = f"/moderation/users/{ada.user_id}"
    assert ada.email in said(await visit(ines, f"/moderation/users?email={ada.email.upper()}"))
    asked = said(await visit(ines, f"{path}/suspend"))
    for sentence in (
        "Their 1 session and 1 API key open nothing any more.",
        "Their 1 published listing is hidden",
        "2 open install intents of others on their listings will no longer redeem.",
    ):
        assert sentence in asked
    done = await fill_in(ines, f"{path}/suspend", {"reason": "A stolen account."})
    assert (done.status_code, done.headers["location"]) == (303, f"{path}?notice=suspended")
    assert "A stolen account." in said(await visit(ines, path))
    assert_error(await key.get("/v1/me"), "UNAUTHENTICATED")
    assert "Their 1 published listing can be found" in said(await visit(ines, f"{path}/reinstate"))
    back = await fill_in(ines, f"{path}/reinstate", {"reason": "It is hers again."})
    assert back.headers["location"] == f"{path}?notice=reinstated"
    assert (await key.get("/v1/me")).status_code == 200
    herself = await fill_in(ines, f"/moderation/users/{ines.user_id}/suspend", {"reason": "Holidays."})
    assert herself.status_code == 409
    assert "ask another one" in herself.text


async def test_capabilities_are_granted_and_revoked(people: People, ines: Person) -> None:
    bea = await people.register("Bea")
    path = f"/moderation/users/{bea.user_id}"
    granted = await fill_in(ines, f"{path}/capabilities", {"grant": ["", "publisher"]})
    assert granted.headers["location"] == f"{path}?notice=changed"
    assert_error(await bea.get("/v1/me"), "UNAUTHENTICATED")
    assert "Write your profile" in said(await visit(await people.signed_in_elsewhere(bea), "/console", 403))
    held = fields_of(await visit(ines, f"{path}/capabilities"), f"{path}/capabilities")
    assert (held["grant"], held["revoke"]) == ([""], [""])
    revoked = await fill_in(ines, f"{path}/capabilities", {"revoke": ["", "publisher"]})
    assert revoked.status_code == 303
    assert "Barred from publishing" in said(await visit(ines, path))
    nothing = await fill_in(ines, f"{path}/capabilities", {})
    assert nothing.headers["location"] == f"{path}?notice=unchanged"
    own = await fill_in(ines, f"/moderation/users/{ines.user_id}/capabilities", {"revoke": ["", "admin"]})
    assert own.status_code == 409


async def test_a_publisher_is_verified_and_its_pages_say_so(people: People, ines: Person) -> None:
    ada = await people.publisher("Ada")
    path = f"/moderation/publishers/{ada.publisher_id}"
    assert (await fill_in(ines, f"{path}/verification", {"reason": "Met."})).status_code == 400
    done = await fill_in(ines, f"{path}/verification", {"status": "verified", "reason": "Met."})
    assert done.headers["location"] == f"{path}?notice=verified"
    assert "its pages say so" in said(await visit(ines, done.headers["location"]))
    assert "Verified" in said(await visit(people.browser(), f"/publishers/{ada.publisher_id}"))


async def test_revoking_the_last_release_says_that_the_listing_becomes_unlisted(people: People, ines: Person) -> None:
    offer = await market.on_sale(await people.publisher("Ada"))
    await market.intent(await people.register("Bea"), offer)
    path = f"/moderation/releases/{offer.id}"
    asked = said(await visit(ines, f"{path}/revoke"))
    assert "1 open install intent will no longer redeem." in asked
    assert "It is the last published release: the listing becomes unlisted" in asked
    done = await fill_in(ines, f"{path}/revoke", {"reason": "It reads mail."})
    assert done.headers["location"] == f"{path}?notice=revoked"
    assert "It reads mail." in said(await visit(ines, path))
    shown = assert_ok(await ines.get(f"/v1/admin/listings/{offer.listing.id}"), "listing")
    assert shown["status"] == "unlisted"


async def test_an_intent_is_revoked_with_its_token(people: People, ines: Person) -> None:
    bea = await people.register("Bea")
    intent = await market.intent(bea, await market.on_sale(await people.publisher("Ada")))
    await market.token(intent)
    path = f"/moderation/intents/{intent.id}"
    assert "Live tokenYes" in said(await visit(ines, path))
    done = await fill_in(ines, f"{path}/revoke", {"reason": "Stolen."})
    assert done.headers["location"] == f"{path}?notice=revoked"
    assert assert_ok(await bea.get(intent.path), "installIntent")["status"] == "canceled"
    assert "there is nothing left to revoke" in said(await visit(ines, f"{path}/revoke"))


async def test_a_partner_keys_secret_is_shown_once_and_revoking_counts_the_others(people: People, ines: Person) -> None:
    held = fields_of(await visit(ines, f"{KEYS}/new"), f"{KEYS}/new")
    typed = {**held, "targetSystem": "whs", "label": "Staging"}
    first, second = await send(ines, f"{KEYS}/new", typed), await send(ines, f"{KEYS}/new", typed)
    assert (first.status_code, first.headers["cache-control"]) == (200, "no-store")
    codes = [[text_of(code) for code in parsed(answer.text).iter("code")] for answer in (first, second)]
    assert codes[0] == codes[1], "a second click issues no second key"
    secret, key_id = codes[0][0], next(code for code in codes[0] if code.startswith("prt_"))
    assert len(secret) == 44
    listed = await visit(ines, KEYS)
    assert key_id in said(listed)
    assert secret not in said(listed)
    assert "WHS has no other active key" in said(await visit(ines, f"{KEYS}/{key_id}/revoke"))
    await people.partner("whs", admin=ines)
    assert "goes on with its 1 other active key" in said(await visit(ines, f"{KEYS}/{key_id}/revoke"))
    done = await fill_in(ines, f"{KEYS}/{key_id}/revoke", {})
    assert done.headers["location"] == f"{KEYS}?notice=revoked"
    await visit(ines, f"{KEYS}/prt_00000000000000000000000000/revoke", 404)
