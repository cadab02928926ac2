"""Back after a form was sent, in a real Chromium that keeps no page alive: what is sent again is not done again."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Browser, Page, expect

from tests.support import market
from tests.support.application import App
from tests.support.chromium import window
from tests.support.people import Person


@asynccontextmanager
async def _at_the_console(browser: Browser, served: App, publisher: Person, *, keeps: bool) -> AsyncIterator[Page]:
    """Her console, without scripts. keeps: whether the browser keeps what it loads; one that is routed does not."""
    async with window(browser, served, publisher, scripts=False) as context:
        if keeps:
            await context.unroute_all()
        page = await context.new_page()
        await page.goto("/console")
        yield page


async def _create(page: Page, name: str) -> None:
    await page.get_by_role("radio", name=re.compile("^Agent")).check()
    await page.get_by_role("textbox", name="Name").fill(name)
    await page.get_by_role("button", name="Create the draft").click()


@pytest.mark.parametrize("keeps", [True, False])
async def test_back_and_sent_again_is_one_listing_and_the_same_through_the_link_another(
    browser: Browser, served: App, keeps: bool
) -> None:
    publisher = await served.people.publisher("Dee")
    async with _at_the_console(browser, served, publisher, keeps=keeps) as page:
        await page.get_by_role("main").get_by_role("link", name="Create a listing").last.click()
        await _create(page, "Once")
        await expect(page.get_by_role("heading", level=1)).to_have_text("Once")
        first = page.url
        await page.go_back()
        await _create(page, "Once")
        await expect(page.get_by_role("heading", level=1)).to_have_text("Once")
        assert page.url == first
        await page.go_back()
        await _create(page, "Twice")
        await expect(page.get_by_role("alert")).to_contain_text("This form was sent before with something else in it")
        await expect(page.get_by_role("textbox", name="Name")).to_have_value("Twice")
        await page.get_by_role("navigation", name="Console").get_by_role("link", name="Create a listing").click()
        await _create(page, "Once")
        await expect(page.get_by_role("heading", level=1)).to_have_text("Once")
        assert page.url != first
    assert [each["name"] for each in await market.listings_of(publisher)] == ["Once", "Once"]
