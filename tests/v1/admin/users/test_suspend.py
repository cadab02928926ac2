"""POST /v1/admin/users/{userId}/suspend and /reinstate."""

from __future__ import annotations

import asyncio
import secrets

import pytest

from fleetprompt import ids
from tests.support import market
from tests.support.answers import assert_error, assert_ok, assert_replayed, assert_same_refusal
from tests.support.application import App
from tests.support.callers import Caller, fresh_key
from tests.support.clock import FakeClock
from tests.support.contents import added_rows, unchanged
from tests.support.databases import Database
from tests.support.events import events_of
from tests.support.people import People, Person

REASON = {"reason": "She sells what is not hers."}


def suspend_path(person: Person) -> str:
    """Where she is suspended."""
    return f"/v1/admin/users/{person.user_id}/suspend"


def reinstate_path(person: Person) -> str:
    """Where she is reinstated."""
    return f"/v1/admin/users/{person.user_id}/reinstate"


async def test_a_publisher_is_suspended_and_reinstated_with_nothing_but_two_rows_changed(
    people: People, ines: Person, clock: FakeClock, database: Database
) -> None:
    ada = await people.publisher("Ada")
    await market.on_sale(ada)
    suspended_at_ms = clock.advance(seconds=5)
    changing = ("users", "publishers", "audit_events", "idempotency_keys")
    with unchanged(database, but=changing), added_rows(database) as added:
        answer = await ines.post(suspend_path(ada), REASON)
    user = assert_ok(answer, "user")
    assert user["suspension"] == {**REASON, "atMs": suspended_at_ms}
    assert (user["userId"], user["publisherId"]) == (ada.user_id, ada.publisher_id)
    assert added == {"audit_events": 1, "idempotency_keys": 1}
    (event,) = events_of(database, answer)
    assert (event.type, event.actor) == ("user.suspended", ("user", ines.user_id))
    assert (event.publisher_id, event.details) == (ada.publisher_id, {"userId": ada.user_id, **REASON})
    hidden_since = "select suspended_at_ms from publishers where id = %s"
    assert database.value(hidden_since, ids.decode("pub", ada.publisher_id or "")) == suspended_at_ms
    clock.advance(seconds=5)
    with unchanged(database, but=changing), added_rows(database) as added:
        answer = await ines.post(reinstate_path(ada), {"reason": "She may."})
    assert "suspension" not in assert_ok(answer, "user")
    assert added == {"audit_events": 1, "idempotency_keys": 1}
    (event,) = events_of(database, answer)
    assert (event.type, event.details) == ("user.reinstated", {"userId": ada.user_id, "reason": "She may."})
    assert database.value(hidden_since, ids.decode("pub", ada.publisher_id or "")) is None


async def test_her_credentials_are_refused_until_she_is_reinstated(people: People, ines: Person) -> None:
    bea = await people.register("Bea")
    program = await bea.api_key()
    await bea.csrf_token()
    assert_ok(await ines.post(suspend_path(bea), REASON))
    unknown = await people.visitor().get("/v1/me", headers={"authorization": "Bearer fpk_nothing"})
    assert_error(unknown, "UNAUTHENTICATED")
    assert_same_refusal(await program.get("/v1/me"), unknown)
    assert_same_refusal(await bea.get("/v1/me"), unknown)
    assert_error(await bea.put("/v1/publisher/profile", {"displayName": "Bea"}), "UNAUTHENTICATED")
    login = {"email": bea.email, "password": bea.password}
    refused = await people.browser().post("/v1/auth/login", login, key=None)
    wrong = await people.browser().post("/v1/auth/login", {**login, "password": "not hers at all"}, key=None)
    assert_error(refused, "UNAUTHENTICATED")
    assert_same_refusal(refused, wrong)
    assert_ok(await ines.post(reinstate_path(bea), REASON))
    assert_ok(await bea.get("/v1/me"))
    assert_ok(await program.get("/v1/me"))
    await bea.sign_in()


async def test_an_admin_who_is_suspended_can_do_nothing_any_more(people: People, ines: Person) -> None:
    olga = await people.admin("Olga")
    await olga.csrf_token()
    assert_ok(await ines.post(suspend_path(olga), REASON))
    assert_error(await olga.post(suspend_path(ines), REASON), "UNAUTHENTICATED")


async def test_nothing_of_what_she_published_can_be_installed_until_she_is_reinstated(
    people: People, ines: Person
) -> None:
    ada, bea, partner = await people.publisher("Ada"), await people.register("Bea"), await people.partner("whs")
    offer = await market.on_sale(ada)
    waiting, redeemed = [await market.token(await market.intent(bea, offer)) for _ in range(2)]
    minting, key = await market.intent(bea, offer), fresh_key()
    first = await partner.redeem(redeemed.text, key=key)
    assert_ok(first)
    assert_ok(await ines.post(suspend_path(ada), REASON))
    mint = f"/v1/install/intents/{minting.id}/token"
    request = {"listingId": offer.listing.id, "releaseId": offer.id, "targetSystem": "whs"}
    assert_error(await bea.post(mint), "CONFLICT", "not_installable")
    assert_error(await bea.post("/v1/install/intents", request), "NOT_FOUND")
    shown = assert_ok(await bea.get(f"/v1/install/intents/{minting.id}"), "installIntent")
    assert (shown["status"], shown["listing"]["status"]) == ("created", "suspended")
    unknown = await partner.redeem("fpt_nothing")
    assert_error(unknown, "NOT_FOUND")
    assert_same_refusal(await partner.redeem(waiting.text), unknown)
    assert_same_refusal(await partner.redeem(redeemed.text, key=key), unknown)
    assert_ok(await ines.post(reinstate_path(ada), REASON))
    assert_ok(await bea.post(mint))
    assert_ok(await partner.redeem(waiting.text))
    assert_replayed(await partner.redeem(redeemed.text, key=key), first)


async def test_the_public_finds_nothing_of_hers_until_she_is_reinstated(
    people: People, ines: Person, api: Caller
) -> None:
    ada, tag = await people.publisher("Ada"), f"tag-{secrets.token_hex(4)}"
    offer = await market.on_sale(ada, tags=[tag])
    detail = f"/v1/public/listings/{offer.listing.id}"
    paths = (
        detail,
        f"{detail}/releases",
        f"/v1/public/releases/{offer.id}",
        f"/v1/public/publishers/{ada.publisher_id}",
    )
    search = "/v1/public/listings/search"
    for verb, is_public in (("suspend", False), ("reinstate", True)):
        assert_ok(await ines.post(f"/v1/admin/users/{ada.user_id}/{verb}", REASON))
        absent = await api.get(f"/v1/public/listings/{ids.encode('lst', ids.new_uuid())}")
        for path in paths:
            answer = await api.get(path)
            if is_public:
                assert_ok(answer)
            else:
                assert_same_refusal(answer, absent)
        for filters in ({"tags": tag}, {"q": offer.listing.body["name"]}, {"publisherId": str(ada.publisher_id)}):
            found = assert_ok(await api.get(search, params=filters))["items"]
            assert [item["listingId"] for item in found] == ([offer.listing.id] if is_public else [])


async def test_the_facets_forget_her_listings_until_she_is_reinstated(
    people: People, ines: Person, api: Caller
) -> None:
    ada, tag = await people.publisher("Ada"), f"tag-{secrets.token_hex(4)}"
    await market.on_sale(ada, tags=[tag])

    async def counted() -> int:
        tags = assert_ok(await api.get("/v1/public/facets"))["tags"]
        return sum(each["count"] for each in tags if each["value"] == tag)

    assert await counted() == 1
    assert_ok(await ines.post(suspend_path(ada), REASON))
    assert await counted() == 0
    assert_ok(await ines.post(reinstate_path(ada), REASON))
    assert await counted() == 1


async def test_admins_see_her_listings_with_their_own_status(people: People, ines: Person) -> None:
    ada = await people.publisher("Ada")
    offer = await market.on_sale(ada)
    assert_ok(await ines.post(suspend_path(ada), REASON))
    shown = assert_ok(await ines.get(f"/v1/admin/listings/{offer.listing.id}"), "listing")
    assert shown["status"] == "published"
    assert "suspension" not in shown


async def test_a_token_of_a_suspended_buyer_is_not_redeemed(people: People, ines: Person) -> None:
    offer, bea = await market.on_sale(await people.publisher("Ada")), await people.register("Bea")
    partner, token = await people.partner("whs"), await market.token(await market.intent(bea, offer))
    assert_ok(await ines.post(suspend_path(bea), REASON))
    assert_error(await partner.redeem(token.text), "NOT_FOUND")
    assert_ok(await ines.post(reinstate_path(bea), REASON))
    assert_ok(await partner.redeem(token.text))


async def test_a_listing_that_was_suspended_itself_stays_so(people: People, ines: Person) -> None:
    ada = await people.publisher("Ada")
    offer = await market.on_sale(ada)
    assert_ok(await ines.post(f"/v1/admin/listings/{offer.listing.id}/suspend", REASON))
    assert_ok(await ines.post(suspend_path(ada), REASON))
    assert_ok(await ines.post(reinstate_path(ada), REASON))
    shown = assert_ok(await ada.get(f"/v1/publisher/listings/{offer.listing.id}"), "listing")
    assert shown["status"] == "suspended"


async def test_illegal_transitions_are_conflicts(people: People, ines: Person, database: Database) -> None:
    bea = await people.register("Bea")
    with unchanged(database):
        assert_error(await ines.post(reinstate_path(bea), REASON), "CONFLICT", "transition")
        assert_error(await ines.post(suspend_path(ines), REASON), "CONFLICT", "transition")
    assert_ok(await ines.post(suspend_path(bea), REASON))
    with unchanged(database):
        assert_error(await ines.post(suspend_path(bea), {"reason": "Again."}), "CONFLICT", "transition")


async def test_r_race_of_several_suspensions_one_succeeds(people: People, ines: Person) -> None:
    bea = await people.register("Bea")
    answers = await asyncio.gather(*(ines.post(suspend_path(bea), REASON) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]


@pytest.mark.parametrize("granted", [[], ["publisher"]])
async def test_r_race_suspending_against_a_first_profile_hides_the_publisher(
    people: People, ines: Person, database: Database, granted: list[str]
) -> None:
    for _ in range(6):
        bea = await people.register("Bea")
        assert_ok(await ines.post(f"/v1/admin/users/{bea.user_id}/capabilities", {"grant": granted}))
        bea = await people.signed_in_elsewhere(bea)
        await bea.csrf_token()
        suspended, _ = await asyncio.gather(
            ines.post(suspend_path(bea), REASON), bea.put("/v1/publisher/profile", {"displayName": "Bea"})
        )
        assert_ok(suspended, "user")
        public = "select count(*) from publishers where owner_user_id = %s and suspended_at_ms is null"
        assert database.value(public, ids.decode("usr", bea.user_id)) == 0


async def test_r_race_suspending_against_signing_in_leaves_no_session_that_counts(people: People, ines: Person) -> None:
    for _ in range(4):
        bea = await people.register("Bea")
        browser, login = people.browser(), {"email": bea.email, "password": bea.password}
        suspended, _ = await asyncio.gather(
            ines.post(suspend_path(bea), REASON), browser.post("/v1/auth/login", login, key=None)
        )
        assert_ok(suspended, "user")
        assert_error(await browser.get("/v1/me"), "UNAUTHENTICATED")


@pytest.mark.parametrize("verb", ["suspend", "reinstate"])
@pytest.mark.parametrize("reason", [None, "", "x" * 1001])
async def test_a_reason_is_required_and_bounded(
    people: People, ines: Person, database: Database, verb: str, reason: str | None
) -> None:
    bea = await people.register("Bea")
    with unchanged(database):
        answer = await ines.post(f"/v1/admin/users/{bea.user_id}/{verb}", {"reason": reason})
    assert_error(answer, "VALIDATION_FAILED", fields=["reason"])


@pytest.mark.parametrize("verb", ["suspend", "reinstate"])
async def test_a_user_who_is_not_there_is_not_found(ines: Person, database: Database, verb: str) -> None:
    with unchanged(database):
        unknown = await ines.post(f"/v1/admin/users/{ids.encode('usr', ids.new_uuid())}/{verb}", REASON)
        malformed = await ines.post(f"/v1/admin/users/pub_nothing/{verb}", REASON)
    assert_error(unknown, "NOT_FOUND")
    assert_same_refusal(unknown, malformed)


async def test_only_admins_suspend_and_reinstate(people: People, database: Database) -> None:
    bea, ada, visitor = await people.register("Bea"), await people.publisher("Ada"), people.visitor()
    with unchanged(database):
        for path in (suspend_path(bea), reinstate_path(bea)):
            assert_error(await visitor.post(path, REASON), "UNAUTHENTICATED")
            assert_error(await ada.post(path, REASON), "UNAUTHORIZED")


async def test_a_retry_with_the_same_key_replays(app: App, people: People, ines: Person, database: Database) -> None:
    ada = await people.publisher("Ada")
    for path in (suspend_path(ada), reinstate_path(ada)):
        key = fresh_key()
        with app.counting() as cost:
            first = await ines.post(path, REASON, key=key)
        assert cost.round_trips == 1 + 2
        with unchanged(database):
            assert_replayed(await ines.post(path, REASON, key=key), first)
            assert_error(await ines.post(path, {"reason": "!"}, key=key), "CONFLICT", "idempotency_key_reused")
