"""Installing on pages: confirmed once, handed over once, kept in the history."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlencode
from xml.etree.ElementTree import Element

import httpx
import pytest

from fleetprompt.enums import InstallTargetSystem
from tests.support import market, withdrawals
from tests.support.answers import assert_ok
from tests.support.application import App, LogFile, running
from tests.support.clock import FakeClock
from tests.support.databases import Database, Run
from tests.support.forms import ACCEPTS, fields_of, fill_in, named, opened, parsed, said, send, text_of, visit
from tests.support.market import Release
from tests.support.people import People, Person

LANDING = "https://whs.example:8443/install?from=fleet"
STATE = " wïsh 🚢 <&\"'> " + "x" * 180
CONTEXT = {"telespaceId": "harbour-7", "roomId": "room & 2"}


@pytest.fixture(scope="module")
async def app(
    anyio_backend: Any, database: Database, module_clock: FakeClock, log: LogFile, run: Run
) -> AsyncIterator[App]:
    """An application that knows where WHS takes tokens over."""
    async with running(database, module_clock, log, run.folder, INSTALL_URLS=f"whs={LANDING}") as started:
        yield started


@pytest.fixture(scope="module")
async def offer(ada: Person) -> Release:
    """An agent on sale."""
    return await market.on_sale(ada, name="Review agent")


def link(offer: Release, **more: str) -> str:
    return f"/install?{urlencode({'listingId': offer.listing.id, **more})}"


async def confirm(person: Person, path: str, **typed: str) -> httpx.Response:
    """Confirm, and go where the browser sends the same form on to."""
    held = {**fields_of(await visit(person, path), "/install"), **typed}
    answer = await send(person, "/install", held)
    assert answer.status_code == 307, answer.text
    return await send(person, answer.headers["location"], held)


def token_on(answer: httpx.Response) -> str:
    return next(text_of(code) for code in parsed(answer.text).iter("code") if text_of(code).startswith("fpt_"))


def form_to(root: Element, action: str) -> Element:
    return next(form for form in root.iter("form") if form.get("action") == action)


async def test_a_link_names_what_is_handed_to_whom_and_creates_nothing(people: People, offer: Release) -> None:
    bea = await people.register()
    root = await visit(bea, link(offer, releaseId=offer.id, targetSystem="whs", state=STATE, **CONTEXT))
    told = said(root)
    for what in ("Review agent", "1.0.0", "Ada", "@", "Into WHS", "agent-1", "Not pinned"):
        assert what in told
    held = fields_of(root, "/install")
    assert held["state"] == [STATE]
    assert held["targetContext.telespaceId"] == ["harbour-7"]
    assert (held["listingId"], held["releaseId"], held["targetSystem"]) == ([offer.listing.id], [offer.id], ["whs"])
    assert await market.intents_of(bea) == []


async def test_a_link_leads_through_sign_in_and_back_with_all_that_it_holds(people: People, offer: Release) -> None:
    bea = await people.register()
    browser = people.browser()
    wide = dict.fromkeys(("telespaceId", "roomId", "orgId", "state"), "🚢" * 200)
    asked = link(offer, targetSystem="whs", **wide)
    answer = await browser.get(asked, headers=ACCEPTS)
    assert answer.status_code == 303
    back = await fill_in(browser, answer.headers["location"], {"email": bea.email, "password": bea.password})
    assert (back.status_code, back.headers["location"]) == (303, asked)
    held = fields_of(await visit(browser, asked), "/install")
    assert held["state"] == held["targetContext.orgId"] == ["🚢" * 200]


async def test_confirming_opens_one_intent_and_goes_on_to_its_token(people: People, offer: Release) -> None:
    bea = await people.register()
    path = link(offer, targetSystem="whs", state=STATE, **CONTEXT)
    held = fields_of(await visit(bea, path), "/install")
    first, again = await send(bea, "/install", held), await send(bea, "/install", held)
    (intent,) = await market.intents_of(bea)
    assert (intent["status"], intent["targetContext"], intent["state"]) == ("created", CONTEXT, STATE)
    for answer in (first, again):
        assert (answer.status_code, answer.headers["location"]) == (307, f"/installs/{intent['installIntentId']}")
        assert answer.headers["cache-control"] == "no-store"
    shown = await send(bea, first.headers["location"], held)
    reloaded = await send(bea, first.headers["location"], held)
    assert shown.status_code == reloaded.status_code == 200
    assert shown.headers["cache-control"] == reloaded.headers["cache-control"] == "no-store"
    assert token_on(shown) == token_on(reloaded)
    assert [each["status"] for each in await market.intents_of(bea)] == ["token_issued"]


async def test_a_token_is_handed_over_in_the_body_to_the_one_origin_that_the_policy_names(
    people: People, offer: Release
) -> None:
    bea = await people.register()
    shown = await confirm(bea, link(offer, targetSystem="whs", state=STATE))
    root = parsed(shown.text)
    handing = {each.get("name"): each.get("value") for each in form_to(root, LANDING).iter("input")}
    assert handing == {"installToken": token_on(shown), "state": STATE}
    assert form_to(root, LANDING).get("method") == "post"
    assert "form-action 'self' https://whs.example:8443;" in shown.headers["content-security-policy"]
    addresses = [each.get(name) or "" for each in root.iter() for name in ("href", "src", "action")]
    assert not [each for each in addresses if token_on(shown) in each]
    (intent,) = await market.intents_of(bea)
    later = await bea.get(f"/installs/{intent['installIntentId']}", headers=ACCEPTS)
    assert "fpt_" not in later.text
    assert "form-action 'self';" in later.headers["content-security-policy"]


async def test_where_no_landing_page_is_known_the_token_is_copied(people: People, offer: Release) -> None:
    shown = await confirm(await people.register(), link(offer), targetSystem="agentelic")
    assert token_on(shown)
    assert "form-action 'self';" in shown.headers["content-security-policy"]
    actions = {form.get("action", "") for form in parsed(shown.text).iter("form")}
    assert not [action for action in actions if not action.startswith("/")]


async def test_a_new_token_takes_the_place_of_the_one_before(people: People, offer: Release) -> None:
    bea, partner = await people.register(), await people.partner("whs")
    shown = await confirm(bea, link(offer, targetSystem="whs"))
    (intent,) = await market.intents_of(bea)
    path = f"/installs/{intent['installIntentId']}"
    held = fields_of(parsed(shown.text), path)
    newer = await send(bea, path, {**held, "ttlMs": "300000"})
    assert newer.status_code == 200
    assert (await partner.redeem(token_on(shown))).status_code == 404
    assert_ok(await partner.redeem(token_on(newer)))
    replayed = await send(bea, path, {**held, "ttlMs": "300000"})
    assert replayed.status_code == 200
    assert "fpt_" not in replayed.text, "it is redeemed: what is shown is how things stand"
    assert "Redeemed" in said(parsed(replayed.text))


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"state": "a\r\nb"}, 400),
        ({"state": "a\nb"}, 400),
        ({"telespaceId": "a\rb"}, 400),
        ({"state": "x" * 201}, 400),
        ({"targetSystem": "github"}, 400),
        ({"listingId": ""}, 400),
        ({"listingId": "lst_nothing"}, 404),
        ({"releaseId": "rel_nothing"}, 404),
        ({"state": "", "targetSystem": "", "unheard": "of"}, 200),
    ],
)
async def test_a_link_that_makes_no_sense_is_told_so(
    people: People, offer: Release, more: dict[str, str], status: int
) -> None:
    bea = await people.register()
    answer = await opened(bea, link(offer, **more))
    assert answer.status_code == status, answer.text
    assert all(name in answer.text for name in more if status == 400)


async def test_a_system_that_cannot_take_it_is_not_offered(people: People, offer: Release) -> None:
    bea = await people.register()
    root = await visit(bea, link(offer, targetSystem="agentromatic"))
    assert "Agentromatic takes no agents. Choose another system." in said(root)
    offered = {each.get("value") for each in root.iter("input") if each.get("name") == "targetSystem"}
    assert offered == {InstallTargetSystem.WHS, InstallTargetSystem.AGENTELIC}
    held = fields_of(root, "/install")
    refused = await send(bea, "/install", {**held, "targetSystem": "agentromatic"})
    assert refused.status_code == 400
    assert "cannot take this kind of asset" in refused.text


async def test_what_was_typed_stays_beside_what_is_wrong_with_it(people: People, offer: Release) -> None:
    bea = await people.register()
    path = link(offer, targetSystem="whs", state=STATE)
    refused = await fill_in(bea, path, {"targetContext.roomId": "x" * 201}, action="/install")
    assert refused.status_code == 400
    held = fields_of(parsed(refused.text), "/install")
    assert (held["targetContext.roomId"], held["state"], held["targetSystem"]) == (["x" * 201], [STATE], ["whs"])
    assert await market.intents_of(bea) == []


async def test_a_release_of_another_listing_or_a_revoked_one_cannot_be_confirmed(
    people: People, ada: Person, offer: Release
) -> None:
    bea, other = await people.register(), await market.on_sale(ada)
    await visit(bea, link(offer, releaseId=other.id), 404)
    newer = await market.release(other.listing, "2.0.0")
    await other.revoke()
    root = await visit(bea, link(other, releaseId=other.id))
    assert not [form for form in root.iter("form") if form.get("action") == "/install"]
    assert fields_of(await visit(bea, link(other)), "/install")["releaseId"] == [newer.id], "the latest is offered"


async def test_i_inst_04_nobody_else_sees_or_touches_an_install_on_pages(people: People, offer: Release) -> None:
    bea, eve = await people.register(), await people.register()
    mine, hers = await market.intent(bea, offer), await market.intent(eve, offer)
    for path in (f"/installs/{mine.id}", f"/installs/{mine.id}/cancel", "/installs/int_00000000000000000000000000"):
        await visit(eve, path, 404)
    held = fields_of(await visit(eve, f"/installs/{hers.id}"), f"/installs/{hers.id}")
    assert (await send(eve, f"/installs/{mine.id}", held)).status_code == 404
    assert (await send(eve, f"/installs/{mine.id}/cancel", held)).status_code == 404
    assert [each["status"] for each in await market.intents_of(bea)] == ["created"]
    assert mine.id not in (await eve.get("/installs", headers=ACCEPTS)).text


async def test_canceling_says_what_it_does_and_a_canceled_install_gets_no_token(people: People, offer: Release) -> None:
    bea, partner = await people.register(), await people.partner("whs")
    intent = await market.intent(bea, offer)
    token = await market.token(intent)
    path = f"/installs/{intent.id}"
    held = fields_of(await visit(bea, path), path)
    asking = await visit(bea, f"{path}/cancel")
    assert "Its token stops working at once" in said(asking)
    answer = await fill_in(bea, f"{path}/cancel", {})
    assert (answer.status_code, answer.headers["location"]) == (303, path)
    assert (await partner.redeem(token.text)).status_code == 404
    assert "Canceled" in said(await visit(bea, path))
    late = await send(bea, path, held)
    assert late.status_code == 409
    assert "fpt_" not in late.text
    assert "This install has ended" in text_of(named(await visit(bea, f"{path}/cancel"), "h1"))


async def test_one_click_begins_again_where_an_ended_install_was(people: People, offer: Release) -> None:
    bea = await people.register()
    intent = await market.intent(bea, offer, targetContext=CONTEXT, state=STATE)
    root = await visit(bea, f"/installs/{intent.id}")
    assert not [form for form in root.iter("form") if form.get("action") == "/install"], "it is still open"
    assert_ok(await bea.post(f"{intent.path}/cancel"))
    held = fields_of(await visit(bea, "/installs?status=canceled"), "/install")
    answer = await send(bea, "/install", held)
    assert answer.status_code == 307
    newest, _ = await market.intents_of(bea)
    same = ("listingId", "releaseId", "targetSystem", "targetContext", "state")
    assert {name: newest[name] for name in same} == {name: intent.body[name] for name in same}
    assert (await send(bea, answer.headers["location"], held)).status_code == 200


async def test_a_state_that_was_handed_over_is_not_handed_over_again(people: People, offer: Release) -> None:
    bea, partner = await people.register(), await people.partner("whs")
    intent = await market.intent(bea, offer, state=STATE)
    assert_ok(await partner.redeem((await market.token(intent)).text))
    held = fields_of(await visit(bea, f"/installs/{intent.id}"), "/install")
    assert "state" not in held
    assert (await send(bea, "/install", held)).status_code == 307
    assert "state" not in (await market.intents_of(bea))[0]


@pytest.mark.parametrize("withdraw", withdrawals.WITHDRAWALS)
@pytest.mark.parametrize("is_redeemed", [True, False])
async def test_the_history_says_so_where_something_was_withdrawn_since(
    people: People, database: Database, withdraw: withdrawals.Withdraw, is_redeemed: bool
) -> None:
    offer = await market.on_sale(await people.publisher())
    bea, partner = await people.register(), await people.partner("whs")
    intent = await market.intent(bea, offer)
    token = await market.token(intent)
    if is_redeemed:
        assert_ok(await partner.redeem(token.text))
    path = f"/installs/{intent.id}"
    held = None if is_redeemed else fields_of(await visit(bea, path), path)
    await withdraw(database, offer)
    word = "release was revoked" if withdraw is withdrawals.revoke_release else "listing was suspended"
    row = said(await visit(bea, "/installs"))
    assert f"This {word} since." in row
    assert ("Look at it in WHS." in row) == is_redeemed
    assert "new token" not in row
    assert "Install again" not in row
    told = said(await visit(bea, path))
    assert "It is handed over to nobody any more" in told
    assert ("decide there whether it should go on running" in told) == is_redeemed
    if held is not None:
        assert (await send(bea, path, held)).status_code == 409


async def test_i_inst_02_the_history_is_filtered_and_paged(people: People, offer: Release) -> None:
    bea = await people.register()
    made = [await market.intent(bea, offer) for _ in range(21)]
    assert_ok(await bea.post(f"{made[0].path}/cancel"))
    root = await visit(bea, "/installs")
    assert "20 installs on this page" in said(root)
    following = next(each.get("href") for each in root.iter("a") if each.get("rel") == "next")
    last = await visit(bea, str(following))
    assert [each for each in last.iter("a") if each.get("href") == f"/installs/{made[0].id}"]
    canceled = await visit(bea, "/installs?status=canceled")
    assert "1 install on this page" in said(canceled)
    await visit(bea, "/installs?status=gone", 400)
