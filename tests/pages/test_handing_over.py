"""The whole round in a real Chromium: from a partner system to FleetPrompt and back, with a server on either side."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from playwright.async_api import Browser, Page, Request, expect

from fleetprompt.commands.demo.sample_partner import SamplePartner
from tests.pages.keyboard import fill_by_keyboard, press_enter, tab_to
from tests.support import market
from tests.support.answers import assert_created, assert_ok
from tests.support.application import App, LogFile
from tests.support.callers import Partner
from tests.support.clock import FakeClock
from tests.support.databases import Database, Run
from tests.support.market import Release
from tests.support.people import Person
from tests.support.site import site

CONFIRM = "Confirm and get the token"
TOKEN = re.compile(r"fpt_[0-9a-z]{26}_[\w-]{43}")


@pytest.fixture(scope="module")
def partner() -> Iterator[SamplePartner]:
    """A partner system under a host of its own."""
    with SamplePartner() as started:
        yield started


@pytest.fixture(scope="module")
async def served(
    anyio_backend: Any, database: Database, module_clock: FakeClock, log: LogFile, run: Run, partner: SamplePartner
) -> AsyncIterator[App]:
    """The application on a real address, which knows where the partner takes tokens over."""
    async with site(database, module_clock, log, run.folder, INSTALL_URLS=f"whs={partner.landing_url}") as started:
        yield started


@pytest.fixture(scope="module")
async def offer(served: App, partner: SamplePartner) -> Release:
    """An agent on sale, which the partner's users want; the partner has its key."""
    ines, ada = await served.people.admin(), await served.people.publisher("Ada Labs")
    made = await market.on_sale(ada, name="Review agent")
    answer = await ines.post("/v1/admin/partner-keys", {"targetSystem": "whs"})
    key_id = assert_created(answer, "partnerKey", "secret")["partnerKeyId"]
    partner.meet(str(served.services.settings.public_url), key_id, answer.json()["secret"], made.listing.id)
    return made


@pytest.fixture
async def bea(served: App, clock: FakeClock) -> Person:
    """A buyer. The clock is the machine's, which the partner signs by."""
    return await served.people.register("Bea Buyer")


@pytest.fixture
async def server_of_whs(served: App) -> Partner:
    """The same system's server with another key, which redeems what was copied."""
    return await served.people.partner("whs")


@asynccontextmanager
async def browsing(browser: Browser, app: App, *, scripts: bool = True) -> AsyncIterator[Page]:
    """A page in a window of its own, as a person has it: nothing between it and the servers."""
    url = str(app.services.settings.public_url)
    context = await browser.new_context(
        base_url=url, java_script_enabled=scripts, reduced_motion="reduce", locale="en-GB", timezone_id="UTC"
    )
    try:
        yield await context.new_page()
    finally:
        await context.close()


async def sign_in(page: Page, person: Person) -> None:
    await page.get_by_label("E-mail").fill(person.email)
    await page.get_by_label("Password").fill(person.password)
    await page.get_by_role("main").get_by_role("button", name="Sign in").click()


async def heading(page: Page, text: str) -> None:
    await expect(page.get_by_role("heading", level=1)).to_have_text(text)


async def token_page(page: Page, person: Person, offer: Release, **more: str) -> str:
    """Sign in, confirm, and be at the token. Returns the token."""
    await page.goto(f"/install?{urlencode({'listingId': offer.listing.id, 'targetSystem': 'whs', **more})}")
    await sign_in(page, person)
    await page.get_by_role("button", name=CONFIRM).click()
    await heading(page, "Hand over Review agent 1.0.0")
    return await page.locator(".secret code").inner_text()


async def test_e2e_03_a_buyer_signs_in_installs_and_finds_it_in_her_history_and_no_url_holds_the_token(
    browser: Browser, served: App, offer: Release, bea: Person
) -> None:
    asked: list[Request] = []
    async with browsing(browser, served) as page:
        page.context.on("request", lambda request: asked.append(request))
        await page.goto(f"/listings/{offer.listing.id}")
        await page.get_by_role("link", name="Install 1.0.0").click()
        await sign_in(page, bea)
        await heading(page, "Install Review agent 1.0.0")
        await page.get_by_label("WHS").check()
        await page.get_by_text("Where in it, if you know").click()
        await page.get_by_label("Telespace").fill("harbour-9")
        assert await market.intents_of(bea) == [], "nothing is created before she confirms"
        await page.get_by_role("button", name=CONFIRM).click()
        await heading(page, "Hand over Review agent 1.0.0")
        token = await page.locator(".secret code").inner_text()
        assert TOKEN.fullmatch(token)
        await expect(page.get_by_text("Good until")).to_contain_text(re.compile(r"\(1[45]:[0-9]{2} left\)"))
        await page.get_by_role("button", name="Hand over to WHS").click()
        await heading(page, "Install this?")
        for shown in ("Review agent", "Ada Labs", "agent-1", "harbour-9"):
            await expect(page.locator("dl")).to_contain_text(shown)
        await page.get_by_role("button", name="Install it").click()
        await heading(page, "Installed")
        await page.goto("/installs")
        await expect(page.locator(".row")).to_contain_text("Redeemed")
        await expect(page.locator(".row")).to_contain_text("into WHS")
        sent = [f"{request.url} {await request.header_value('referer')}" for request in asked]
    assert len(sent) > 10
    assert not [each for each in sent if token in each or "fpt_" in each]
    assert token in "".join(request.post_data or "" for request in asked)


async def test_by_keyboard_alone_from_the_partner_and_back_installed_without_being_asked(
    browser: Browser, served: App, partner: SamplePartner, offer: Release, bea: Person
) -> None:
    async with browsing(browser, served) as page:
        await page.goto(partner.url)
        await tab_to(page, "Install an agent")
        await press_enter(page)
        await fill_by_keyboard(page, {"E-mail": bea.email, "Password": bea.password})
        await press_enter(page)
        await expect(page.get_by_label("Telespace")).to_have_value("harbour-7")
        await tab_to(page, CONFIRM)
        await press_enter(page)
        await tab_to(page, "Hand over to WHS")
        await press_enter(page)
        await heading(page, "Installed")
        await tab_to(page, "Back to your telespace")
        await press_enter(page)
        await expect(page.get_by_role("listitem")).to_have_text("Review agent 1.0.0")
    assert [each["status"] for each in await market.intents_of(bea)] == ["redeemed"]


async def test_without_scripts_the_token_is_there_again_on_reload_and_the_round_goes_on(
    browser: Browser, served: App, partner: SamplePartner, offer: Release, bea: Person
) -> None:
    async with browsing(browser, served, scripts=False) as page:
        await page.goto(partner.url)
        await page.get_by_role("link", name="Install an agent").click()
        await sign_in(page, bea)
        await page.get_by_role("button", name=CONFIRM).click()
        token = await page.locator(".secret code").inner_text()
        await page.reload()
        assert await page.locator(".secret code").inner_text() == token
        await page.get_by_role("link", name="See whether it was redeemed").click()
        await expect(page.get_by_text("was not redeemed so far")).to_be_visible()
        await page.get_by_role("button", name="Get a new token").click()
        assert await page.locator(".secret code").inner_text() != token
        await page.get_by_role("button", name="Hand over to WHS").click()
        await heading(page, "Installed")
        await page.goto("/installs")
        await page.get_by_role("button", name="Install again").click()
        await heading(page, "Hand over Review agent 1.0.0")
    newest, first = await market.intents_of(bea)
    assert [newest["status"], first["status"]] == ["token_issued", "redeemed"]
    assert newest["targetContext"] == first["targetContext"] == {"telespaceId": "harbour-7"}


async def test_the_page_tells_by_itself_when_the_token_is_redeemed_and_shows_it_no_more(
    browser: Browser, served: App, offer: Release, bea: Person, server_of_whs: Partner
) -> None:
    async with browsing(browser, served) as page:
        token = await token_page(page, bea, offer)
        await page.get_by_role("button", name="Hand over to WHS").focus()
        assert_ok(await server_of_whs.redeem(token))
        await expect(page.get_by_role("status").first).to_contain_text("WHS took it over")
        await heading(page, "Install Review agent 1.0.0")
        await expect(page.get_by_role("heading", level=1)).to_be_focused()
        assert token not in await page.content()
        assert await page.title() == "Redeemed: Review agent · FleetPrompt"
        await expect(page.get_by_role("button", name="Copy the install's id")).to_be_visible()


async def test_the_page_tells_by_itself_when_the_install_is_canceled_or_a_newer_token_is_got_elsewhere(
    browser: Browser, served: App, offer: Release, bea: Person, clock: FakeClock
) -> None:
    async with browsing(browser, served) as page:
        token = await token_page(page, bea, offer)
        other = await served.people.signed_in_elsewhere(bea)
        (intent,) = await market.intents_of(other)
        clock.advance(seconds=5)
        path = f"/v1/install/intents/{intent['installIntentId']}"
        assert_ok(await other.post(f"{path}/token", {}))
        await expect(page.get_by_role("status").first).to_contain_text("a new one takes its place")
        assert token not in await page.content()
        assert_ok(await other.post(f"{path}/cancel"))
        await expect(page.get_by_role("status").first).to_contain_text("Canceled")
        await expect(page.get_by_role("button", name="Install again")).to_be_visible()


async def test_a_token_that_ran_out_is_taken_off_the_page_and_a_new_one_offered(
    browser: Browser, served: App, offer: Release, bea: Person, clock: FakeClock
) -> None:
    async with browsing(browser, served) as page:
        await page.clock.install()
        token = await token_page(page, bea, offer)
        clock.advance(minutes=15)
        await page.clock.fast_forward("15:01")
        await expect(page.get_by_role("status").first).to_contain_text("The token has expired.")
        assert token not in await page.content()
        await page.get_by_role("button", name="Get a new token").click()
        await heading(page, "Hand over Review agent 1.0.0")


async def test_back_from_the_partner_shows_what_became_of_it(
    browser: Browser, served: App, offer: Release, bea: Person
) -> None:
    async with browsing(browser, served) as page:
        await token_page(page, bea, offer)
        await page.get_by_role("button", name="Hand over to WHS").click()
        await heading(page, "Install this?")
        await page.go_back()
        await heading(page, "Install Review agent 1.0.0")
        await expect(page.get_by_text("WHS took it over")).to_be_visible()
        assert page.url.rpartition("/")[2] == (await market.intents_of(bea))[0]["installIntentId"]


async def test_a_token_that_is_dead_on_arrival_leads_back_to_her_installs(
    browser: Browser, served: App, offer: Release, bea: Person
) -> None:
    async with browsing(browser, served) as page:
        await token_page(page, bea, offer)
        (intent,) = await market.intents_of(bea)
        async with page.expect_navigation(url="**/installs"):
            await page.evaluate("() => { window.fetch = () => new Promise(() => {}); }")
            assert_ok(await bea.post(f"/v1/install/intents/{intent['installIntentId']}/cancel"))
            await page.get_by_role("button", name="Hand over to WHS").click()
        await expect(page.locator(".row")).to_contain_text("Canceled")


async def test_the_browser_sends_a_token_to_no_other_origin(
    browser: Browser, served: App, offer: Release, bea: Person, partner: SamplePartner
) -> None:
    async with browsing(browser, served) as page:
        await token_page(page, bea, offer)
        elsewhere = partner.landing_url.replace("localhost", "127.0.0.1")
        await page.locator("form.hand-over").evaluate("(form, url) => { form.action = url; }", elsewhere)
        async with page.expect_console_message(lambda message: "form-action" in message.text):
            await page.locator("form.hand-over").evaluate("(form) => setTimeout(() => form.requestSubmit())")
        assert "/installs/int_" in page.url
    assert [each["status"] for each in await market.intents_of(bea)] == ["token_issued"]


async def test_the_partner_takes_small_forms_only_and_an_agreement_from_its_own_session_only(
    served: App, offer: Release, bea: Person, partner: SamplePartner
) -> None:
    token = await market.token(await market.intent(bea, offer, "whs"))
    async with httpx.AsyncClient(base_url=partner.url, follow_redirects=False) as client:
        assert (await client.post("/install", json={"installToken": token.text})).status_code == 400
        assert (await client.post("/install", data={"installToken": "x" * 9000})).status_code == 400
        assert (await client.get("/arrivals/nothing")).status_code == 404
        taken = await client.post("/install", data={"installToken": token.text})
        again = await client.post("/install", data={"installToken": token.text})
        assert taken.status_code == again.status_code == 303
        assert taken.headers["location"] == again.headers["location"]
        assert "set-cookie" not in taken.headers
        shown = await client.get(taken.headers["location"])
        assert "Install this?" in shown.text
        for check in ("", "forged"):
            refused = await client.post(taken.headers["location"], data={"check": check})
            assert refused.status_code == 403
        assert "Install this?" in (await client.get(taken.headers["location"])).text
