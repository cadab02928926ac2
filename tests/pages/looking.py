"""Bringing pages into their states in a real browser."""

from __future__ import annotations

from playwright.async_api import Page, Response

from tests.pages.states.state import State

_WITHOUT_THE_BROWSERS_OWN_CHECKS = "for (const form of document.forms) form.noValidate = true"


async def bring(page: Page, state: State) -> Response:
    """Open the state's page and send its form, where it has one to send. Returns the answer that made the state."""
    response = await page.goto(state.path)
    if state.meanwhile:
        await state.meanwhile()
    if state.press:
        for name, value in state.typed.items():
            await page.fill(f'main [name="{name}"]', value)
        for label in state.chosen:
            await page.get_by_label(label, exact=True).check()
        await page.evaluate(_WITHOUT_THE_BROWSERS_OWN_CHECKS)
        async with page.expect_navigation() as navigation:
            await page.locator("main").get_by_role("button", name=state.press, exact=True).click()
        response = await navigation.value
    assert response is not None, state.title
    assert response.status == state.status, f"{state.title}: {response.status}"
    return response
