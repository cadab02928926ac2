"""A real Chromium: the system's own, without a word to anybody but the site."""

from __future__ import annotations

import shutil
import struct
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from typing import Final

from playwright.async_api import Browser, BrowserContext, Route, async_playwright

from tests.support.application import App
from tests.support.people import Person

PROGRAM: Final = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS: Final = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--font-render-hinting=none",
)
WIDE: Final = {"width": 1280, "height": 900}


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """A headless browser."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=PROGRAM, args=list(FLAGS))
        try:
            yield browser
        finally:
            await browser.close()


@asynccontextmanager
async def window(
    browser: Browser, app: App, person: Person | None = None, *, scripts: bool = True, width: int = WIDE["width"]
) -> AsyncIterator[BrowserContext]:
    """A window with its own cookies, signed in as `person`. Images on foreign servers are answered by the tests."""
    context = await browser.new_context(
        base_url=str(app.services.settings.public_url),
        viewport={"width": width, "height": WIDE["height"]},
        java_script_enabled=scripts,
        reduced_motion="reduce",
        locale="en-GB",
        timezone_id="UTC",
    )
    await context.route(lambda url: not url.startswith(str(app.services.settings.public_url)), _answer_foreign)
    if person is not None:
        cookies = [
            {"name": cookie.name, "value": cookie.value or "", "url": str(app.services.settings.public_url)}
            for cookie in person.client.cookies.jar
        ]
        await context.add_cookies(cookies)  # type: ignore[arg-type]  # playwright's own dict of optional keys
    try:
        yield context
    finally:
        await context.close()


async def _answer_foreign(route: Route) -> None:
    if route.request.resource_type == "image":
        await route.fulfill(body=picture(), content_type="image/png")
    else:
        await route.abort()


@cache
def picture(width: int = 480, height: int = 300) -> bytes:
    """A PNG of two soft colours in squares."""
    colours = bytes((200, 222, 216)), bytes((228, 238, 234))
    rows = [b"\0" + b"".join(colours[(x // 60 + y // 60) % 2] for x in range(width)) for y in range(height)]
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = zlib.compress(b"".join(rows))
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
