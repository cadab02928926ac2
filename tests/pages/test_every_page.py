"""What holds of every page in every state, seen in a real Chromium."""

from __future__ import annotations

import re
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import pytest
from playwright.async_api import Browser, Request

from fleetprompt.pages.site import PAGES
from tests.pages.scene import Scene
from tests.pages.states.every import every_state
from tests.pages.states.state import State
from tests.pages.walking import Look, walk
from tests.support.callers import Browser as Caller
from tests.support.chromium import window
from tests.support.forms import ACCEPTS, opened, parsed

pytestmark = pytest.mark.slow

IMAGES = "images.example.org"
GUARDS = {
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
}


@pytest.fixture(scope="module")
async def states(scene: Scene) -> list[State]:
    return await every_state(scene)


@pytest.fixture(scope="module")
async def looks(browser: Browser, scene: Scene, states: list[State]) -> list[Look]:
    return await walk(browser, scene, states)


def told(found: dict[str, list[str]]) -> str:
    return "\n".join(f"{title}: {each}" for title, all_of in found.items() for each in all_of)


async def test_every_page_has_a_state_and_every_state_a_page(states: list[State]) -> None:
    assert {state.page for state in states} == {page.name for page in PAGES}
    titles = [state.title + state.who for state in states]
    assert len(titles) == len(set(titles))


async def test_every_page_is_accessible_in_both_themes(looks: list[Look]) -> None:
    found = {look.state.title: look.axe for look in looks if look.axe}
    assert not found, told(found)


async def test_no_page_has_anything_to_complain_of_in_the_console(looks: list[Look]) -> None:
    found = {look.state.title: look.complaints for look in looks if look.complaints}
    assert not found, told(found)


async def test_every_page_is_valid_html(looks: list[Look]) -> None:
    for look in looks:
        root = parsed(look.html)
        assert len(root.findall(".//h1")) == 1, look.state.title
        ids = re.findall(r'\sid="([^"]*)"', look.html)
        assert len(ids) == len(set(ids)), look.state.title
        assert re.search(r"\sstyle=|\son[a-z]+=|<script(?![^>]*(?:src=|ld\+json))", look.html) is None, look.state.title


async def test_nothing_is_loaded_from_elsewhere_but_a_listings_images(looks: list[Look], scene: Scene) -> None:
    ours = str(scene.app.services.settings.public_url)
    foreign = {
        look.state.title: [each.url for each in look.requests if not each.url.startswith(ours)] for look in looks
    }
    assert {title for title, urls in foreign.items() if urls} == {"listing.full", "listing.full_signed_in"}
    assert {urlsplit(url).hostname for urls in foreign.values() for url in urls} == {IMAGES}
    for look in looks:
        images = "'self' https:" if look.state.page in {page.name for page in PAGES if page.shows_images} else "'self'"
        if look.state.status == 200:
            assert f"img-src {images};" in look.headers["content-security-policy"], look.state.title


async def test_every_answer_carries_its_guards(looks: list[Look]) -> None:
    for look in looks:
        policy = look.headers["content-security-policy"]
        assert "unsafe" not in policy
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "permissions-policy" in look.headers
        assert {name: look.headers.get(name) for name in GUARDS} == GUARDS, look.state.title


async def test_no_page_is_wider_than_its_window(looks: list[Look]) -> None:
    found = {
        look.state.title: [f"{over} px too wide at {width}" for width, over in look.overflows.items() if over > 0]
        for look in looks
    }
    assert not any(found.values()), told(found)


async def test_every_link_leads_somewhere(looks: list[Look], scene: Scene) -> None:
    wanted: dict[tuple[str, str], set[str]] = {}
    for look in looks:
        for link in look.links if look.state.status != 400 else []:
            path, _, fragment = link.partition("#")
            if fragment and not path:
                assert f'id="{fragment}"' in look.html, f"{look.state.title}: {link}"
            elif path.startswith("/"):
                wanted.setdefault((look.state.who, path), set()).add(look.state.title)
    broken = []
    for (who, path), titles in sorted(wanted.items()):
        caller = scene.person(who) or scene.app.people.browser()
        answer = await opened(caller, path)
        if answer.status_code not in {200, 303}:
            broken.append(f"{answer.status_code} {path} on {min(titles)}")
    assert not broken, "\n".join(broken)


async def test_feeds_and_maps_are_well_formed(states: list[State], scene: Scene) -> None:
    visitor = scene.app.people.visitor()
    for state in states:
        if state.is_document:
            answer = await visitor.get(state.path)
            assert answer.status_code == 200
            if "xml" in answer.headers["content-type"]:
                ET.fromstring(answer.text)


async def test_what_is_public_is_cached_by_its_tag_and_what_is_somebodys_is_not(
    states: list[State], scene: Scene
) -> None:
    public = {page.name for page in PAGES if page.is_public}
    for state in states:
        caller: Caller = scene.person(state.who) or scene.app.people.browser()
        if state.press or state.status != 200:
            continue
        answer = await opened(caller, state.path)
        if state.page in public and state.who == "nobody":
            assert answer.headers["cache-control"] == "public, max-age=0, must-revalidate"
            again = await caller.get(state.path, headers={**ACCEPTS, "if-none-match": answer.headers["etag"]})
            assert (again.status_code, again.content) == (304, b"")
        else:
            assert answer.headers["cache-control"] in {"private, no-cache", "no-store"}, state.title
            assert "etag" not in answer.headers
            assert "content-encoding" not in answer.headers, "what has a token in it is not compressed"


async def test_a_listing_page_is_light_on_a_cold_cache(browser: Browser, scene: Scene) -> None:
    requests: list[Request] = []
    async with window(browser, scene.app) as context:
        page = await context.new_page()
        page.on("request", lambda request: requests.append(request))
        await page.goto(f"/listings/{scene.review.listing.id}", wait_until="networkidle")
        sizes = {each.url: (await each.sizes())["responseBodySize"] for each in requests if IMAGES not in each.url}
    assert 3 <= len(sizes) <= 6, sorted(sizes)
    texts = [size for url, size in sizes.items() if not url.endswith(".woff2")]
    assert 0 < sum(texts) <= 60 * 1024
