"""`python -m tests.pages.readme_pictures`: the pictures that README shows, written to `docs/screenshots`."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Final

from tests.pages.looking import bring
from tests.pages.screenshots import scenery
from tests.pages.states.every import every_state
from tests.pages.states.state import State
from tests.support.chromium import window

FOLDER: Final = Path(__file__).parents[2] / "docs" / "screenshots"
PICTURES: Final = {
    "search": "search.narrowed",
    "listing": "listing.full",
    "install": "intent.token",
    "console": "console.needs",
}
"""What each picture is called, and the state that it shows."""
WIDTH: Final = 1_000
HEIGHT: Final = 640


async def write_pictures(folder: Path) -> list[Path]:
    """Render each picture's state, as much of it as a window shows."""
    written: list[Path] = []
    async with scenery() as (browser, scene):
        states = {state.title: state for state in await every_state(scene)}
        for name, title in PICTURES.items():
            path = folder / f"{name}.png"
            state = _as_found(states[title])
            async with window(browser, scene.app, scene.person(state.who)) as context:
                page = await context.new_page()
                await page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
                await page.emulate_media(color_scheme="light", reduced_motion="reduce")
                await bring(page, state)
                await page.screenshot(path=path)
            written.append(path)
    return written


def _as_found(state: State) -> State:
    """Without the word on what was just done."""
    return replace(state, path=state.path.partition("?notice=")[0])


def main() -> None:
    """The command."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for path in asyncio.run(write_pictures(FOLDER)):
        print(f"{path.relative_to(FOLDER.parents[1])}: {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
