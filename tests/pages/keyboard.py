"""Going through pages by keyboard alone, with the focus in sight."""

from __future__ import annotations

from typing import Final

from playwright.async_api import Page

TABS_MAX: Final = 60
_FOCUSED: Final = """() => {
  const focused = document.activeElement;
  return [(focused.labels?.[0] ?? focused).textContent.trim(), getComputedStyle(focused).outlineStyle];
}"""


async def tab_to(page: Page, name: str) -> None:
    """Press Tab until the named element has the focus, which must be visible."""
    for _ in range(TABS_MAX):
        await page.keyboard.press("Tab")
        said, outline = await page.evaluate(_FOCUSED)
        if said.startswith(name):
            assert outline == "solid"
            return
    raise AssertionError(f"{name} cannot be reached by keyboard")


async def press_enter(page: Page) -> None:
    """Press Enter on what has the focus, and wait for the page that this leads to."""
    async with page.expect_navigation():
        await page.keyboard.press("Enter")


async def fill_by_keyboard(page: Page, typed: dict[str, str]) -> None:
    """Tab to each field by its label, in their order, and type into it."""
    for name, text in typed.items():
        await tab_to(page, name)
        await page.keyboard.type(text)
