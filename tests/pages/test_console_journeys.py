"""What publishers do, in a real Chromium: from nothing to a published listing, and what goes wrong on the way."""

from __future__ import annotations

import re
from typing import Any

from playwright.async_api import Browser, Page, expect

from tests.pages.keyboard import fill_by_keyboard, press_enter, tab_to
from tests.pages.scene import Scene
from tests.support import market
from tests.support.answers import assert_ok
from tests.support.chromium import window

PASSWORD = "a rather long password"
BAD = "# Tides\n\nReads <b>tide tables</b> aloud.\n"
MENDED = "# Tides\n\nReads \\<b>tide tables\\</b> aloud.\n"


async def _press(page: Page, name: str) -> None:
    await page.get_by_role("main").get_by_role("button", name=name, exact=True).click()


async def _follow(page: Page, name: str) -> None:
    await page.get_by_role("main").get_by_role("link", name=name, exact=True).click()


async def _told(page: Page, text: str) -> None:
    await expect(page.locator(".notice[role=status]")).to_contain_text(text)


async def _installable_by_anybody(browser: Browser, scene: Scene, name: str) -> str:
    """What the button of the listing says, where it is found by its name without signing in."""
    async with window(browser, scene.app) as context:
        page = await context.new_page()
        await page.goto("/search?sort=newest")
        await page.get_by_role("link", name=name, exact=True).click()
        await expect(page.get_by_role("heading", level=1)).to_have_text(name)
        return await page.locator(".install .button").inner_text()


async def test_e2e_02_from_nothing_to_a_published_listing_without_scripts(browser: Browser, scene: Scene) -> None:
    async with window(browser, scene.app, scripts=False) as context:
        page = await context.new_page()
        await page.goto("/console")
        await page.get_by_role("main").get_by_role("link", name="Create an account").click()
        await page.get_by_role("textbox", name="Name").fill("Nell Publisher")
        await page.get_by_label("E-mail").fill("nell@example.org")
        await page.get_by_label("Password").fill(PASSWORD)
        await _press(page, "Create the account")
        await _follow(page, "Become a publisher")
        await page.get_by_label("Handle").fill("nell")
        await page.get_by_label("About you").fill("I read tide tables.")
        await _press(page, "Become a publisher")
        await _told(page, "You are a publisher now.")
        await page.get_by_role("main").get_by_role("link", name="Create a listing").last.click()
        await page.get_by_role("radio", name=re.compile("^Spec")).check()
        await page.get_by_role("textbox", name="Name").fill("Tide tables, spoken")
        await page.get_by_label("Description").fill(BAD)
        await _press(page, "Show the preview")
        await expect(page.locator(".problems")).to_contain_text("Line 3")
        await _press(page, "Take the suggestion")
        await expect(page.get_by_label("Description")).to_have_value(MENDED)
        await _press(page, "Create the draft")
        await _told(page, "Nobody but you sees it.")
        await _follow(page, "Publish a release")
        await _press(page, "0.1.0 first")
        await expect(page.get_by_label("Version", exact=True)).to_have_value("0.1.0")
        await page.get_by_role("textbox", name="Spec asset").fill("spec-tides")
        await _press(page, "Publish the release")
        await _told(page, "The release is published.")
        await page.get_by_role("main").get_by_role("link", name="Publish the listing").first.click()
        await expect(page.get_by_role("main")).to_contain_text("its one release; the latest is 0.1.0")
        await _press(page, "Publish the listing")
        await _told(page, "everybody can find it now")
        await page.goto("/sign-out")
        await _press(page, "Sign out")
    assert await _installable_by_anybody(browser, scene, "Tide tables, spoken") == "Install 0.1.0"


async def test_e2e_02_a_publisher_signs_in_drafts_releases_publishes_and_signs_out_by_keyboard_alone(
    browser: Browser, scene: Scene
) -> None:
    publisher = await scene.app.people.publisher("Kay")
    async with window(browser, scene.app) as context:
        page = await context.new_page()
        await page.goto("/console")
        await fill_by_keyboard(page, {"E-mail": publisher.email, "Password": publisher.password})
        await press_enter(page)
        await expect(page.get_by_role("heading", level=1)).to_have_text("Your listings")
        await tab_to(page, "Create a listing")
        await press_enter(page)
        await tab_to(page, "Agent")
        await page.keyboard.press("Space")
        await fill_by_keyboard(page, {"Name": "Typed by hand", "Summary": "All of it.", "Description": "**By** hand."})
        await expect(page.locator(".panel strong")).to_have_text("By")
        await tab_to(page, "Create the draft")
        await press_enter(page)
        await tab_to(page, "Publish a release")
        await press_enter(page)
        await tab_to(page, "1.0.0")
        await page.keyboard.press("Enter")
        await expect(page.get_by_label("Version", exact=True)).to_be_focused()
        await fill_by_keyboard(page, {"WHS agent": "agent-of-kay"})
        await tab_to(page, "Publish the release")
        await press_enter(page)
        await tab_to(page, "Publish the listing")
        await press_enter(page)
        await tab_to(page, "Publish the listing")
        await press_enter(page)
        await _told(page, "everybody can find it now")
        await tab_to(page, "Menu")
        await page.keyboard.press("Enter")
        await tab_to(page, "Sign out")
        await press_enter(page)
        await expect(page.get_by_role("banner").get_by_role("link", name="Sign in")).to_be_visible()
    assert await _installable_by_anybody(browser, scene, "Typed by hand") == "Install 1.0.0"


async def test_the_preview_follows_the_typing_and_its_lines_lead_into_the_text(browser: Browser, scene: Scene) -> None:
    publisher = await scene.app.people.publisher("Live")
    listing = await market.listing(publisher, name="Live", description={"format": "markdown", "markdown": "Before"})
    async with window(browser, scene.app, publisher) as context:
        page = await context.new_page()
        await page.goto(f"/console/listings/{listing.id}/edit")
        text, saved = page.get_by_label("Description"), page.locator("[data-saved]")
        await expect(saved).to_contain_text("Saved; last changed")
        await text.fill(BAD)
        await expect(saved).to_have_text("Not saved yet.")
        await expect(page.locator("[data-told]")).to_have_text("1 problem to mend before this can be saved.")
        await page.get_by_role("link", name="Line 3").click()
        marked = "(all) => all[0].value.slice(all[0].selectionStart, all[0].selectionEnd)"
        assert await page.locator("textarea.source").evaluate_all(marked) == "Reads <b>tide tables</b> aloud."
        await _press(page, "Take the suggestion")
        await expect(text).to_have_value(MENDED)
        await expect(text).to_be_focused()
        await expect(page.locator("[data-told]")).to_contain_text("It is not saved yet.")
        assert page.url.endswith("/edit"), "nothing was reloaded"
        await _press(page, "Save")
        await _told(page, "Saved.")
    (stored,) = await market.listings_of(publisher)
    assert stored["etag"] == '"2"', "previews store nothing"


async def test_a_preview_that_fails_says_so_and_keeps_the_text(browser: Browser, scene: Scene) -> None:
    publisher = await scene.app.people.publisher("Gone")
    async with window(browser, scene.app, publisher) as context:
        page = await context.new_page()
        await page.goto("/console/listings/new")
        here = page.url
        await context.clear_cookies()
        await page.get_by_label("Description").fill("Typed before the session ended")
        await expect(page.locator("[data-told]")).to_contain_text("could not be brought up to date")
        await expect(page.get_by_label("Description")).to_have_value("Typed before the session ended")
        assert page.url == here, "nothing was left"


async def test_leaving_with_something_unsaved_asks_first(browser: Browser, scene: Scene) -> None:
    publisher = await scene.app.people.publisher("Leaving")
    async with window(browser, scene.app, publisher) as context:
        page = await context.new_page()
        asked: list[str] = []

        async def stay(dialog: Any) -> None:
            asked.append(dialog.type)
            await dialog.dismiss()

        page.on("dialog", stay)
        await page.goto("/console/listings/new")
        await page.get_by_role("textbox", name="Name").click()
        await page.keyboard.type("Half a name")
        await _follow(page, "Cancel")
        await expect(page.get_by_role("textbox", name="Name")).to_have_value("Half a name")
        assert asked == ["beforeunload"]


async def test_a_double_click_creates_one_listing_without_scripts(browser: Browser, scene: Scene) -> None:
    publisher = await scene.app.people.publisher("Dee")
    async with window(browser, scene.app, publisher, scripts=False) as context:
        page = await context.new_page()
        await page.goto("/console/listings/new")
        await page.get_by_role("radio", name=re.compile("^Agent")).check()
        await page.get_by_role("textbox", name="Name").fill("Once")
        await page.get_by_role("button", name="Create the draft").dblclick()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Once")
    assert [each["name"] for each in await market.listings_of(publisher)] == ["Once"]


async def test_two_tabs_that_edit_one_listing_lose_nothing(browser: Browser, scene: Scene) -> None:
    publisher = await scene.app.people.publisher("Tess")
    listing = await market.listing(publisher, name="Two tabs", summary="As it was.")
    async with window(browser, scene.app, publisher, scripts=False) as context:
        first, second = await context.new_page(), await context.new_page()
        for page in (first, second):
            await page.goto(f"/console/listings/{listing.id}/edit")
        await first.get_by_label("Tags").fill("first")
        await _press(first, "Save")
        await second.get_by_label("Summary", exact=False).first.fill("From the second.")
        await _press(second, "Save")
        await expect(second.get_by_role("heading", name="Both versions")).to_be_visible()
        await second.get_by_label("Take the stored tags").check()
        await _press(second, "Take what is ticked into the form")
        await expect(second.get_by_label("Tags")).to_have_value("first")
        await _press(second, "Save")
        await _told(second, "Saved.")
    (stored,) = await market.listings_of(publisher)
    assert (stored["summary"], stored["tags"]) == ("From the second.", ["first"])


async def test_revoking_the_last_release_is_told_beforehand_and_done_once(browser: Browser, scene: Scene) -> None:
    publisher = await scene.app.people.publisher("Rita")
    release = await market.on_sale(publisher, name="Short lived")
    async with window(browser, scene.app, publisher) as context:
        page = await context.new_page()
        await page.goto(f"/console/listings/{release.listing.id}/releases")
        await _follow(page, "1.0.0")
        await page.get_by_role("link", name="Revoke release 1.0.0").click()
        await expect(page.get_by_role("main")).to_contain_text("so the listing is unlisted with it")
        await page.get_by_label("Reason").fill("It reads the wrong port.")
        await page.get_by_role("button", name="Revoke release 1.0.0").dblclick()
        await _told(page, "handed over to nobody any more")
        await page.goto("/console")
        await expect(page.get_by_role("region", name="What needs you")).to_contain_text("Its last release is revoked")
    assert (await market.listings_of(publisher))[0]["status"] == "unlisted"


async def test_a_suspension_and_its_reason_are_the_first_thing_seen(browser: Browser, scene: Scene) -> None:
    publisher = await scene.app.people.publisher("Sue")
    release = await market.on_sale(publisher, name="Doubtful")
    reason = {"reason": "It asks for a password."}
    assert_ok(await scene.ines.post(f"/v1/admin/listings/{release.listing.id}/suspend", reason))
    async with window(browser, scene.app, publisher, width=320) as context:
        page = await context.new_page()
        await page.goto("/console")
        await expect(page.locator("main li").first).to_contain_text("It asks for a password.")
        await page.get_by_role("link", name="Edit Doubtful").click()
        await page.get_by_label("Summary").fill("It asks for nothing any more.")
        await _press(page, "Save")
        await _told(page, "Saved.")
