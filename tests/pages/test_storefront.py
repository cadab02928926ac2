"""Feeds, the map of the site, the first page, and what a listing's page says of its installs."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import pytest

from fleetprompt import ids
from fleetprompt.pages.storefront import feeds
from tests.support import market
from tests.support.application import App
from tests.support.callers import Caller
from tests.support.clock import FakeClock
from tests.support.forms import text_of, visit
from tests.support.market import Release
from tests.support.people import People, Person

DAY_MS = 86_400_000
SVG = "{http://www.w3.org/2000/svg}"
NAMES = {"a": "http://www.w3.org/2005/Atom", "s": "http://www.sitemaps.org/schemas/sitemap/0.9"}


@pytest.fixture(scope="module")
async def ada(people: People) -> Person:
    return await people.publisher("Ada & Sons")


async def document(api: Caller, path: str) -> ET.Element:
    answer = await api.get(path)
    assert answer.status_code == 200, answer.text
    return ET.fromstring(answer.text)


async def feed_pages(api: Caller, path: str) -> list[ET.Element]:
    """A feed from its first page to its last, by its own links."""
    pages = [await document(api, path)]
    while (following := pages[-1].find("a:link[@rel='next']", NAMES)) is not None:
        address = urlsplit(following.attrib["href"])
        pages.append(await document(api, f"{address.path}?{address.query}"))
        first = pages[-1].find("a:link[@rel='first']", NAMES)
        assert first is not None
        assert first.attrib["href"].endswith(path)
    return pages


def released(pages: list[ET.Element]) -> list[str]:
    found = [entry.findtext("a:id", "", NAMES) for page in pages for entry in page.findall("a:entry", NAMES)]
    return [each.rpartition("/")[2] for each in found]


async def test_the_feed_has_each_release_of_all_listings_once_in_the_order_of_its_creation(
    api: Caller, ada: Person, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feeds, "IN_A_FEED", 3)
    offers = [await market.on_sale(ada, name=f"A < {number}") for number in range(4)]
    made = [offer.id for offer in offers]
    for offer in (*offers, offers[0]):
        clock.advance(seconds=1)
        made.append((await market.release(offer.listing, f"1.{len(made)}.0")).id)
    pages = await feed_pages(api, "/feed.atom")
    assert released(pages) == made[::-1]
    assert len(pages) == 3
    newest = pages[0].find("a:entry", NAMES)
    assert newest is not None
    assert newest.findtext("a:title", "", NAMES) == "A < 0 1.8.0"
    assert newest.findtext("a:author/a:name", "", NAMES) == "Ada & Sons"
    assert pages[0].findtext("a:updated", "", NAMES) == newest.findtext("a:updated", "", NAMES)


async def test_a_listings_feed_has_its_own_releases_and_none_that_was_revoked(
    api: Caller, ada: Person, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feeds, "IN_A_FEED", 2)
    offer = await market.on_sale(ada)
    others = [await market.release(offer.listing, f"1.{number}.0") for number in range(1, 5)]
    await others[1].revoke()
    pages = await feed_pages(api, f"/listings/{offer.listing.id}/feed.atom")
    assert released(pages) == [others[3].id, others[2].id, others[0].id, offer.id]
    assert len(pages) == 2


@pytest.mark.parametrize("path", ["/feed.atom", "/sitemap.xml", "/robots.txt"])
async def test_what_programs_read_runs_nothing_in_a_browser_and_is_framed_nowhere(api: Caller, path: str) -> None:
    answer = await api.get(path)
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none';")
    assert policy.endswith("frame-ancestors 'none'")
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_a_cursor_that_is_none_is_refused(api: Caller) -> None:
    assert (await api.get("/feed.atom", params={"cursor": "nonsense"})).status_code == 400


async def locations(api: Caller, path: str) -> list[str]:
    found = await document(api, path)
    assert found.tag == f"{{{NAMES['s']}}}urlset"
    return [urlsplit(each.text or "").path for each in found.findall("s:url/s:loc", NAMES)]


async def test_few_listings_are_on_one_map(api: Caller, ada: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeds, "LIMIT_MAX", 2)
    offers = [await market.on_sale(ada) for _ in range(5)]
    found = await locations(api, "/sitemap.xml")
    assert len(found) == len(set(found))
    assert {f"/listings/{offer.listing.id}" for offer in offers} <= set(found)
    assert {"/", "/search", "/reference", "/reference/public", f"/publishers/{ada.publisher_id}"} <= set(found)


async def test_many_listings_are_on_maps_of_slices_each_on_one_of_them(
    app: App, api: Caller, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    offers = [await market.on_sale(ada) for _ in range(3)]
    whole = [each for each in await locations(api, "/sitemap.xml") if each.startswith("/listings/")]
    assert {f"/listings/{offer.listing.id}" for offer in offers} <= set(whole)
    monkeypatch.setattr(feeds, "LISTINGS_OF_A_MAP", 1)
    app.database.change("update facet_counts set listings = 16 where facet = 'assetKind' and value = 'whs_agent'")
    app.database.change(
        "insert into facet_counts values ('assetKind', 'whs_agent', 16)"
        " on conflict (facet, value) do update set listings = 16"
    )
    index = await document(api, "/sitemap.xml")
    assert index.tag == f"{{{NAMES['s']}}}sitemapindex"
    maps = [urlsplit(each.text or "") for each in index.findall("s:sitemap/s:loc", NAMES)]
    assert [each.query for each in maps][:3] == ["slice=00", "slice=01", "slice=02"]
    assert len(maps) == len(set(maps)) == 256
    found: list[str] = []
    for each in maps:
        found += await locations(api, f"{each.path}?{each.query}")
    assert sorted(path for path in found if path.startswith("/listings/")) == sorted(whole)
    assert found.count("/search") == 1


@pytest.mark.parametrize(("listings", "digits"), [(0, 0), (1_000, 0), (1_001, 1), (16_000, 1), (16_001, 2), (10**9, 3)])
def test_a_slice_is_as_small_as_the_market_is_large(listings: int, digits: int) -> None:
    assert feeds._slice_digits(listings) == digits
    assert feeds.SLICES_OF_A_DIGIT**digits <= 50_000
    assert 2 * feeds.LISTINGS_OF_A_MAP_MAX + len(feeds.SITE_PATHS) <= 50_000


def installed(app: App, offer: Release, redeemed: dict[int, int]) -> None:
    """As the folding job leaves it; the keys of `redeemed` are days before today."""
    listing_id, today = ids.decode("lst", offer.listing.id), app.clock.now_ms() // DAY_MS
    for before, number in redeemed.items():
        app.database.change("insert into stat_days values (%s, %s, %s, %s)", listing_id, today - before, 9, number)
    app.database.change("insert into stat_totals values (%s, %s, %s, %s)", listing_id, 9, sum(redeemed.values()), today)


async def test_the_first_page_shows_what_is_new_and_what_is_installed_most(
    app: App, people: People, ada: Person
) -> None:
    first, second, _ = [await market.on_sale(ada, name=f"Listing {number}") for number in range(3)]
    installed(app, second, {1: 1_203})
    installed(app, first, {1: 7})
    page = await visit(people.browser(), "/")
    shown: dict[str, list[str]] = {}
    for section in page.iter("section"):
        links = [link for link in section.iter("a") if link.get("class") == "row-link"]
        shown[str(section.get("aria-labelledby"))] = [text_of(link) for link in links]
    assert shown["popular"] == ["Listing 1", "Listing 0"]
    assert shown["new"][:3] == ["Listing 2", "Listing 1", "Listing 0"]
    assert "1,203 installs in 30 days" in text_of(page)


async def test_a_listings_page_draws_its_installs_and_tells_the_numbers_in_a_table(
    app: App, people: People, ada: Person, clock: FakeClock
) -> None:
    offer = await market.on_sale(ada)
    path = f"/listings/{offer.listing.id}"
    assert "Nobody has begun to install it in these days." in text_of(await visit(people.browser(), path))
    installed(app, offer, {0: 4, 29: 1, 30: 50})
    with app.counting() as cost:
        page = await visit(people.browser(), path)
    assert (cost.statements, cost.round_trips) == (3, 3), "the listing, its latest release, its installs"
    (picture,) = [each for each in page.iter(f"{SVG}svg") if each.get("role") == "img"]
    assert len(picture.findall(f".//{SVG}rect")) == 2
    assert str(picture.get("aria-label")).startswith("Installs: 5 handed over from ")
    rows = [[text_of(cell) for cell in row] for row in page.iter("tr")]
    assert [row[1:] for row in rows] == [["Handed over", "Begun"], ["4", "9"], ["1", "9"], ["5", "18"]]


async def test_what_was_searched_for_is_marked_where_it_matched(people: People, ada: Person) -> None:
    tags = ["harbours", "maps", "night-routes", "quays"]
    await market.on_sale(ada, name="Lighthouse keeper", summary="Keeps watch.", tags=tags)
    page = await visit(people.browser(), "/search?q=lighthuose+quay+ada")
    assert [text_of(each) for each in page.iter("mark")] == ["Lighthouse", "Ada", "quays"]
    shown = [text_of(link) for link in page.iter("a") if str(link.get("href")).startswith("/search?tags=")]
    assert [each for each in shown if each in tags] == ["quays", "harbours", "maps"]


async def test_head_has_the_headers_of_get_and_no_content(people: People, ada: Person) -> None:
    offer = await market.on_sale(ada)
    browser = people.browser()
    links = (await visit(browser, "/")).iter("link")
    style = next(str(link.get("href")) for link in links if link.get("rel") == "stylesheet")
    for path in (f"/listings/{offer.listing.id}", "/feed.atom", style, "/nothing"):
        got, told = await browser.get(path), await browser.request("HEAD", path, key=None)
        assert (told.status_code, told.content) == (got.status_code, b"")
        assert _kept(told.headers) == _kept(got.headers)


def _kept(headers: Any) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name not in {"x-request-id", "date"}}
