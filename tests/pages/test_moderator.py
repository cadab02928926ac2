"""A moderator at work in a real Chromium: by keyboard alone, and on what wants to harm her."""

from __future__ import annotations

from playwright.async_api import Browser, Page, expect

from fleetprompt.pages.site import PAGES
from tests.pages.states.moderation import edit, report
from tests.support import market
from tests.support.application import App
from tests.support.chromium import window
from tests.support.hostile_market import ADDRESSES, LINES, Stock, stock
from tests.support.people import Person


async def _press(page: Page, key: str) -> None:
    async with page.expect_navigation():
        await page.keyboard.press(key)


async def _heading(page: Page, text: str) -> None:
    await expect(page.get_by_role("heading", level=1)).to_have_text(text)


async def _waiting(served: App) -> Person:
    """Two listings wait, the newer one reported and edited since; returns their admin."""
    people = served.people
    ada, bea = await people.publisher("Ada"), await people.register("Bea")
    for name in ("Older listing", "Newer listing"):
        listing = (await market.on_sale(ada, name=name, summary="Maps.")).listing
        await report(bea, listing, "malware", f"{name} reads my mail.")
    await edit(listing, summary="Maps for a fee.")
    return await people.admin("Ines")


async def test_a_moderator_clears_her_queue_by_keyboard_alone(browser: Browser, served: App) -> None:
    ines = await _waiting(served)
    async with window(browser, served, ines) as context:
        page = await context.new_page()
        await page.goto("/moderation")
        await _heading(page, "Newer listing")
        await expect(page.locator("ins")).to_have_text("Maps for a fee.")
        await _press(page, "j")
        await _heading(page, "Older listing")
        await _press(page, "k")
        await _heading(page, "Newer listing")
        await _press(page, "s")
        await expect(page.get_by_label("Reason")).to_be_focused()
        await page.keyboard.type("sneaky: jks are letters here")
        await page.keyboard.press("Tab")
        await expect(page.get_by_role("button", name="Suspend the listing")).to_be_focused()
        await _press(page, "Enter")
        await expect(page.get_by_role("status")).to_contain_text("The listing is suspended")
        for name, outcome in (("Newer listing", "ArrowUp"), ("Older listing", "ArrowDown")):
            await _heading(page, name)
            await _press(page, "r")
            await page.keyboard.type("Looked at it.")
            await page.keyboard.press("Tab")
            await page.keyboard.press("Space")
            if outcome == "ArrowDown":
                await page.keyboard.press(outcome)
            await page.keyboard.press("Tab")
            await expect(page.get_by_role("button", name="Resolve the report")).to_be_focused()
            await _press(page, "Enter")
            await expect(page.get_by_role("status")).to_contain_text("The report is")
            await _press(page, "j") if name == "Newer listing" else await page.goto("/moderation")
        await _heading(page, "Queue")
        await expect(page.get_by_text("Nothing waits.")).to_be_visible()
    decided = (await ines.get("/v1/admin/reports")).json()["items"]
    assert [each["status"] for each in decided] == ["upheld", "dismissed"]


async def test_keys_do_nothing_on_any_page_once_they_are_turned_off(browser: Browser, served: App) -> None:
    ines = await _waiting(served)
    async with window(browser, served, ines) as context:
        page = await context.new_page()
        opened: list[str] = []
        page.on("request", lambda request: opened.append(request.url) if request.is_navigation_request() else None)
        await page.goto("/moderation")
        await page.get_by_role("button", name="Turn keyboard shortcuts off").click()
        await page.keyboard.press("j")
        await page.reload()
        await page.keyboard.press("j")
        await _heading(page, "Newer listing")
        assert len(opened) == 2, "at first, and by reloading"
        await page.goto("/")
        await page.keyboard.press("/")
        await expect(page.get_by_role("searchbox")).not_to_be_focused()
        await expect(page.locator(".search kbd")).to_be_hidden()
        await page.get_by_role("button", name="Turn keyboard shortcuts on").press("Enter")
        await page.keyboard.press("/")
        await expect(page.get_by_role("searchbox")).to_be_focused()
        await page.goto("/moderation")
        await _press(page, "j")
        await _heading(page, "Older listing")


async def _places(ines: Person, stocked: Stock) -> list[str]:
    """Every page of moderation on what is stocked, and what changed in it."""
    (reported, *_) = (await ines.get("/v1/admin/reports")).json()["items"]
    (key, *_) = (await ines.get("/v1/admin/partner-keys")).json()["items"]
    ids = {
        **stocked.ids,
        "userId": stocked.owner.user_id,
        "reportId": reported["reportId"],
        "partnerKeyId": key["partnerKeyId"],
    }
    paths = [page.path.format(**ids) for page in PAGES if page.path.startswith("/moderation")]
    return [*paths, f"/moderation/listings/{ids['listingId']}?since=1"]


async def test_s_xss_01_s_xss_02_s_xss_03_what_wants_to_harm_a_moderator_is_shown_as_text(
    browser: Browser, served: App
) -> None:
    ines = await served.people.admin("Ines")
    ours = str(served.services.settings.public_url)
    async with window(browser, served, ines) as context:
        page = await context.new_page()
        happened: list[str] = []
        page.on("dialog", lambda dialog: happened.append(dialog.message))
        page.on("pageerror", lambda error: happened.append(str(error)))
        page.on("console", lambda message: happened.append(message.text) if message.type == "error" else None)
        page.on("request", lambda request: None if request.url.startswith(ours) else happened.append(request.url))
        for line in ("script", "the end of a title"):
            (address, *_) = ADDRESSES.values()
            stocked = await stock(served.people, ines, line=LINES[line], markdown="Plain.", address=address)
            shown = set()
            for path in await _places(ines, stocked):
                response = await page.goto(path)
                assert response is not None
                assert response.status == 200, path
                assert await page.locator("main script, main svg:not(.mark), main img").count() == 0, path
                assert await page.locator("footer").count() == 1, "the frame is whole"
                if LINES[line] in (await page.locator("main").inner_text()):
                    shown.add(path)
            assert len(shown) > 10, "it is there to be seen"
        assert happened == []
