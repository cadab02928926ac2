"""What people do, in a real Chromium: by mouse, by keyboard, and without scripts."""

from __future__ import annotations

import re
from urllib.parse import urlencode

from playwright.async_api import Browser, BrowserContext, Page, expect

from fleetprompt.markdown import judge
from fleetprompt.pages.site import PAGES
from tests.markdown import hostile_samples
from tests.pages.keyboard import press_enter, tab_to
from tests.pages.scene import IMAGES, Scene
from tests.support import market
from tests.support.chromium import window
from tests.support.people import Person

BREAKING_OUT = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>{{7*7}}"


async def sign_in(page: Page, person: Person) -> None:
    await page.goto("/sign-in")
    await page.get_by_label("E-mail").fill(person.email)
    await page.get_by_label("Password").fill(person.password)
    await page.get_by_role("main").get_by_role("button", name="Sign in").click()


async def test_e2e_01_signed_out_home_search_and_listing_rendered_safely(browser: Browser, scene: Scene) -> None:
    async with window(browser, scene.app) as context:
        page = await context.new_page()
        await page.goto("/")
        await page.keyboard.press("/")
        await expect(page.get_by_role("searchbox")).to_be_focused()
        await page.keyboard.type("review agent")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("heading", level=1)).to_have_text("Search: review agent")
        await expect(page.locator("mark").first).to_have_text("Review")
        await page.get_by_role("link", name="Review agent").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Review agent")
        await expect(page.get_by_role("link", name="Install 1.2.0")).to_be_visible()
        await expect(page.get_by_role("heading", name="How to begin")).to_be_visible()
        handbook = page.get_by_role("link", name="handbook")
        assert await handbook.get_attribute("rel") == "noopener noreferrer nofollow"
        await page.go_back()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Search: review agent")


async def test_back_goes_to_the_page_before_in_a_long_list(browser: Browser, scene: Scene) -> None:
    async with window(browser, scene.app, scripts=False) as context:
        page = await context.new_page()
        await page.goto("/search?sort=name")
        first = await page.locator(".row-link").all_inner_texts()
        await page.get_by_role("link", name="Next page").click()
        second = await page.locator(".row-link").all_inner_texts()
        assert not set(first) & set(second)
        await page.go_back()
        assert await page.locator(".row-link").all_inner_texts() == first
        await page.go_forward()
        await page.get_by_role("link", name="Back to the first page").click()
        assert await page.locator(".row-link").all_inner_texts() == first


async def test_filters_are_put_on_and_taken_off_without_scripts(browser: Browser, scene: Scene) -> None:
    async with window(browser, scene.app, scripts=False) as context:
        page = await context.new_page()
        await page.goto("/search")
        await page.get_by_role("link", name="Workflows").click()
        await page.locator(".filters").get_by_role("link", name="planning", exact=True).click()
        assert re.search(r"\?assetKind=agentromatic_workflow&tags=planning$|\?tags=planning&assetKind=", page.url)
        await page.get_by_role("link", name="tag: planning").click()
        await expect(page.get_by_role("link", name="tag: planning")).to_have_count(0)
        await expect(page.get_by_role("link", name="kind: Workflow")).to_be_visible()


async def test_a_key_is_created_and_revoked_by_keyboard_alone(browser: Browser, scene: Scene) -> None:
    person = await scene.app.people.register("Kay")
    async with window(browser, scene.app, person) as context:
        page = await context.new_page()
        await page.goto("/account/api-keys")
        await tab_to(page, "Create a key")
        await press_enter(page)
        await tab_to(page, "Name")
        await page.keyboard.type("From the keyboard")
        await press_enter(page)
        await expect(page.get_by_role("heading", level=1)).to_have_text("The key is created")
        await tab_to(page, "revoke it")
        await press_enter(page)
        await tab_to(page, "Revoke the key")
        await press_enter(page)
        await expect(page.get_by_role("status")).to_contain_text("The key is revoked")
    (key,) = (await person.get("/v1/api-keys")).json()["items"]
    assert (key["name"], "revokedAtMs" in key) == ("From the keyboard", True)


async def test_an_error_is_read_first_and_leads_to_its_field(browser: Browser, scene: Scene) -> None:
    person = await scene.app.people.register("Kim")
    async with window(browser, scene.app, person) as context:
        page = await context.new_page()
        await page.goto("/account/api-keys/new")
        await page.get_by_label("Name").fill(" ")
        await page.get_by_label("Days until it expires").fill("400")
        await page.get_by_role("button", name="Create the key").click()
        await expect(page.get_by_role("alert")).to_be_focused()
        await page.get_by_role("alert").get_by_role("link").last.click()
        await page.keyboard.press("Tab")
        await expect(page.get_by_label("Days until it expires")).to_have_value("400")
        assert (await page.title()).startswith("Error: ")


async def test_signing_out_in_another_tab_loses_nothing_that_was_typed(browser: Browser, scene: Scene) -> None:
    person = await scene.app.people.register("Tess")
    async with window(browser, scene.app, scripts=False) as context:
        page, other = await context.new_page(), await context.new_page()
        await sign_in(page, person)
        before = await _session(context)
        await page.goto("/account/api-keys/new")
        await page.get_by_label("Name").fill("Typed before")
        await other.goto("/sign-out")
        await other.get_by_role("main").get_by_role("button", name="Sign out").click()
        await page.get_by_role("button", name="Create the key").click()
        await expect(page.get_by_text("Your session has ended")).to_be_visible()
        await page.get_by_label("E-mail").fill(person.email)
        await page.get_by_label("Password").fill(person.password)
        await page.get_by_role("main").get_by_role("button", name="Sign in").click()
        await expect(page.get_by_label("Name")).to_have_value("Typed before")
        assert await _session(context) not in {None, before}, "a new session has a new id"
        await page.get_by_role("button", name="Create the key").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("The key is created")


async def _session(context: BrowserContext) -> str | None:
    cookies = {cookie["name"]: cookie for cookie in await context.cookies()}
    found = cookies.get("fp_session")
    assert found is None or (found["httpOnly"] and found["sameSite"] == "Lax")
    return None if found is None else found["value"]


async def test_a_double_click_creates_one_thing(browser: Browser, scene: Scene) -> None:
    person = await scene.app.people.register("Dee")
    async with window(browser, scene.app, person) as context:
        page = await context.new_page()
        await page.goto("/account/api-keys/new")
        await page.get_by_label("Name").fill("Once")
        await page.get_by_role("button", name="Create the key").dblclick()
        await expect(page.get_by_role("heading", level=1)).to_have_text("The key is created")
    assert [key["name"] for key in (await person.get("/v1/api-keys")).json()["items"]] == ["Once"]


async def test_an_image_opens_large_and_closes_by_keyboard(browser: Browser, scene: Scene) -> None:
    async with window(browser, scene.app) as context:
        page = await context.new_page()
        await page.goto(f"/listings/{scene.review.listing.id}")
        await page.get_by_role("link", name=IMAGES[0]["alt"]).click()
        dialog = page.get_by_role("dialog", name=IMAGES[0]["alt"])
        assert await dialog.get_by_role("img").get_attribute("src") == IMAGES[0]["url"]
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("dialog")).to_have_count(0)
        await expect(page.get_by_role("link", name=IMAGES[0]["alt"])).to_be_focused()


async def test_s_xss_01_s_xss_02_s_xss_03_stored_samples_run_nothing_on_any_page(
    browser: Browser, scene: Scene
) -> None:
    samples = [source for group in _groups() for source in group]
    assert len(samples) > 50
    kept = [suggestion for source in samples if (suggestion := judge(source, suggest=True).suggestion)]
    bio, notes, description = (_as_taken("\n\n---\n\n".join(kept)[:length]) for length in (200, 8_000, 19_000))
    eve = await scene.app.people.publisher(BREAKING_OUT[:80], bio=bio)
    listing = await market.listing(eve, name=BREAKING_OUT[:80], summary=BREAKING_OUT, description=description)
    hostile = {"refs": {"whsAgentId": BREAKING_OUT}, "compat": {"minWHSVersion": "<i>"}, "notes": notes}
    release = await market.release(listing, "1.0.0", **hostile)
    await listing.set_status("published")
    shown = ["/", "/search", f"/listings/{listing.id}", f"/listings/{listing.id}/releases", f"/releases/{release.id}"]
    shown += [f"/publishers/{eve.publisher_id}", f"/listings/{listing.id}/report", "/search?q=%3Cscript%3Ealert(1)"]
    wished = {"telespaceId": BREAKING_OUT, "roomId": BREAKING_OUT}
    intent = await market.intent(scene.bea, release, targetContext=wished, state=BREAKING_OUT)
    asked = {"listingId": listing.id, "targetSystem": "whs", "orgId": BREAKING_OUT, "state": BREAKING_OUT}
    shown += [f"/install?{urlencode(asked)}", "/installs", f"/installs/{intent.id}", f"/installs/{intent.id}/cancel"]
    ours = str(scene.app.services.settings.public_url)
    async with window(browser, scene.app, scene.bea) as context:
        page = await context.new_page()
        happened: list[str] = []
        page.on("dialog", lambda dialog: happened.append(dialog.message))
        page.on("console", lambda message: happened.append(message.text) if message.type == "error" else None)
        page.on("request", lambda request: None if request.url.startswith(ours) else happened.append(request.url))
        for path in shown:
            await page.goto(path)
            schemes = await page.locator("main a[href]").evaluate_all("(all) => all.map((each) => each.protocol)")
            assert set(schemes) <= {"http:", "https:", "mailto:"}, path
            assert await page.locator("main script:not([type])").count() == 0
            assert await page.locator("footer").count() == 1, "the frame is whole"
        assert happened == []
    assert {each.name for each in PAGES} >= {"home", "search", "listing", "releases", "release", "publisher", "report"}


def _as_taken(markdown: str) -> dict[str, str]:
    """A text as the policy takes it: cut off somewhere, it is mended once more."""
    return {"format": "markdown", "markdown": judge(markdown, suggest=True).suggestion or markdown}


def _groups() -> list[list[str]]:
    named = [hostile_samples.SCRIPTS, hostile_samples.HANDLERS_AND_IMAGES, hostile_samples.LINKS]
    named += [hostile_samples.DEFINITIONS, hostile_samples.RAW_HTML, hostile_samples.SPELLED_OUT]
    return [[sample if isinstance(sample, str) else sample.source for sample in group.values()] for group in named]
