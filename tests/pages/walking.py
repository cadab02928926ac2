"""One walk through every state of every page, noting all that could be wrong with any of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from playwright.async_api import Browser, ConsoleMessage, Page, Request

from tests.pages.looking import bring
from tests.pages.scene import Scene
from tests.pages.states.state import State
from tests.support.chromium import window

AXE: Final = (Path(__file__).parent / "vendor" / "axe-core" / "axe.min.js").read_text()
RULES: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
CONTRAST: Final = {"type": "rule", "values": ["color-contrast"]}
_RUN_AXE: Final = """async (only) => {
  const found = await axe.run(document, {runOnly: only, resultTypes: ["violations"]});
  return found.violations.map((each) => `${each.id}: ${each.nodes.map((node) => node.target.join(" ")).join(", ")}`);
}"""
_LINKS: Final = "() => [...document.querySelectorAll('a[href]')].map((link) => link.getAttribute('href'))"
_OVERFLOW: Final = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


@dataclass
class Look:
    """What was seen of one state."""

    state: State
    html: str = ""
    axe: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    overflows: dict[int, int] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)


async def walk(browser: Browser, scene: Scene, states: list[State]) -> list[Look]:
    """Look at each state in both themes, and at the width of a phone."""
    looks: list[Look] = []
    states = [state for state in states if not state.is_document]
    for who in sorted({state.who for state in states}):
        async with window(browser, scene.app, scene.person(who)) as context:
            page = await context.new_page()
            looks += [await _look(page, state) for state in states if state.who == who]
    return looks


async def _look(page: Page, state: State) -> Look:
    look = Look(state)

    def heard(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and "the server responded with a status" not in message.text:
            look.complaints.append(message.text)

    def asked(request: Request) -> None:
        look.requests.append(request)

    def failed(error: Any) -> None:
        look.complaints.append(str(error))

    page.on("console", heard)
    page.on("pageerror", failed)
    page.on("request", asked)
    try:
        await page.emulate_media(color_scheme="light", reduced_motion="reduce")
        response = await bring(page, state)
        look.html = await response.text()
        look.headers = await response.all_headers()
        look.links = await page.evaluate(_LINKS)
        await page.evaluate(AXE)
        look.axe = await page.evaluate(_RUN_AXE, RULES)
        await page.emulate_media(color_scheme="dark", reduced_motion="reduce")
        look.axe += [f"dark {each}" for each in await page.evaluate(_RUN_AXE, CONTRAST)]
        for width in (320, 640, 1920):
            await page.set_viewport_size({"width": width, "height": 900})
            look.overflows[width] = await page.evaluate(_OVERFLOW)
        await page.set_viewport_size({"width": 1280, "height": 900})
    finally:
        page.remove_listener("console", heard)
        page.remove_listener("pageerror", failed)
        page.remove_listener("request", asked)
    return look
