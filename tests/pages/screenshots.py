"""`python -m tests.pages.screenshots [FOLDER] [NAME …]`: every page in every state and theme, and a contact sheet."""

from __future__ import annotations

import asyncio
import html
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, Final, Literal

from playwright.async_api import Browser

from tests.pages.looking import bring
from tests.pages.scene import SETTINGS, Scene, arranged
from tests.pages.states.every import every_state
from tests.pages.states.state import State
from tests.support import databases
from tests.support.application import logging_to
from tests.support.chromium import WIDE, chromium, window
from tests.support.clock import FakeClock
from tests.support.databases import Run
from tests.support.site import site

THEMES: Final[tuple[Literal["light", "dark"], ...]] = ("light", "dark")
WIDTHS: Final = {"wide": 1280, "phone": 320}
THUMBNAIL_WIDTH: Final = 300


@asynccontextmanager
async def scenery() -> AsyncIterator[tuple[Browser, Scene]]:
    """A browser, and the market at an address of its own."""
    run = Run.begin()
    try:
        with databases.open_cluster(run) as cluster:
            template = databases.template_of(cluster, run)
            with (
                databases.fresh_database(cluster, run, template) as database,
                logging_to(run.folder / "screenshots.log") as log,
            ):
                async with AsyncExitStack() as stack:
                    app = await stack.enter_async_context(site(database, FakeClock(), log, run.folder, **SETTINGS))
                    yield await stack.enter_async_context(chromium()), await arranged(app)
    finally:
        run.end()


async def photograph(folder: Path, wanted: list[str]) -> None:
    """Write `STATE.THEME.png`, and `STATE.phone.png` in light, of every state whose title begins as `wanted` says."""
    async with scenery() as (browser, scene):
        chosen = [each for each in await every_state(scene) if _is_wanted(each, wanted)]
        await _photograph_all(browser, scene, chosen, folder)
        await _contact_sheet(browser, folder, shots_in(folder))


def _is_wanted(state: State, wanted: list[str]) -> bool:
    return not state.is_document and (not wanted or any(state.title.startswith(each) for each in wanted))


async def _photograph_all(browser: Browser, scene: Scene, states: list[State], folder: Path) -> None:
    for who in sorted({state.who for state in states}):
        for size, width in WIDTHS.items():
            async with window(browser, scene.app, scene.person(who), width=width) as context:
                page = await context.new_page()
                for state in states:
                    if state.who != who:
                        continue
                    await page.set_viewport_size({"width": width, "height": WIDE["height"]})
                    await bring(page, state)
                    # What sticks to the window stands where it ends, not in the middle of the picture.
                    height = await page.evaluate("document.documentElement.scrollHeight")
                    await page.set_viewport_size({"width": width, "height": height})
                    for theme in THEMES if size == "wide" else THEMES[:1]:
                        await page.emulate_media(color_scheme=theme, reduced_motion="reduce")
                        name = f"{state.title}.{theme}.png" if size == "wide" else f"{state.title}.{size}.png"
                        await page.screenshot(path=folder / name, full_page=True)


def shots_in(folder: Path) -> list[Path]:
    """The pictures, without the sheet of all of them."""
    return sorted(path for path in folder.glob("*.png") if path.name != "contact-sheet.png")


async def _contact_sheet(browser: Browser, folder: Path, shots: list[Path]) -> None:
    figures = "".join(
        f'<figure><img src="{path.as_uri()}"><figcaption>{html.escape(path.stem)}</figcaption></figure>'
        for path in shots
    )
    style = (
        "body{display:grid;grid-template-columns:repeat(6,1fr);gap:12px;font:12px sans-serif;background:#888}"
        "figure{margin:0}img{max-width:100%;height:260px;object-fit:cover;object-position:top;background:#fff}"
    )
    sheet = folder / "contact-sheet.html"
    sheet.write_text(f"<!doctype html><style>{style}</style>{figures}")
    page = await browser.new_page(viewport={"width": 6 * THUMBNAIL_WIDTH, "height": 900})
    await page.goto(sheet.as_uri())
    await page.screenshot(path=folder / "contact-sheet.png", full_page=True)


def main(arguments: list[str]) -> Any:
    """The command."""
    folder = Path(arguments[0] if arguments else "screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    asyncio.run(photograph(folder, arguments[1:]))
    print(f"{len(shots_in(folder))} pictures in {folder}")


if __name__ == "__main__":
    main(sys.argv[1:])
