"""Moderation on pages: what waits, what changed, and acts that say beforehand what they do."""

from __future__ import annotations

from xml.etree.ElementTree import Element

import pytest

from tests.pages.states.moderation import edit, report
from tests.support import market
from tests.support.answers import assert_ok
from tests.support.forms import fields_of, fill_in, named, parsed, said, send, text_of, visit, with_class
from tests.support.market import Listing
from tests.support.people import People, Person

LISTINGS = "/v1/admin/listings"


@pytest.fixture(scope="module")
async def ines(people: People) -> Person:
    """An admin."""
    return await people.admin("Ines")


@pytest.fixture(scope="module")
async def bea(people: People) -> Person:
    """A buyer."""
    return await people.register("Bea")


def page_of(listing: Listing) -> str:
    return f"/moderation/listings/{listing.id}"


def marked(page: Element, tag: str) -> list[str]:
    """What the page shows as removed (`del`) or added (`ins`)."""
    return [text_of(each) for each in page.iter(tag)]


async def shown_by_api(ines: Person, listing: Listing) -> dict[str, object]:
    shown: dict[str, object] = assert_ok(await ines.get(f"{LISTINGS}/{listing.id}"), "listing")
    return shown


async def test_the_queue_shows_the_first_listing_beside_it_and_leads_to_the_next(people: People, ines: Person) -> None:
    ada, reporter = await people.publisher("Ada"), await people.register("Rob")
    older, newer = [(await market.on_sale(ada, name=name)).listing for name in ("Older", "Newer")]
    await report(reporter, older, "spam", "It advertises.")
    assert_ok(await ines.post(f"{LISTINGS}/{newer.id}/flag", {"flagged": True}), "listing")
    queue = await visit(ines, "/moderation")
    assert text_of(named(queue, "h1")) == "Newer"
    (following,) = [link.get("href") for link in queue.iter("a") if link.get("data-key") == "j"]
    assert following == page_of(older)
    second = await visit(ines, page_of(older))
    assert text_of(named(second, "h1")) == "Older"
    assert "1 report: spam" in said(second)
    (back,) = [link.get("href") for link in second.iter("a") if link.get("data-key") == "k"]
    assert back == page_of(newer)


async def test_what_changed_since_the_first_report_stands_side_by_side(
    people: People, ines: Person, bea: Person
) -> None:
    source = "First line.\n\n" + "\n\n".join(f"Paragraph {number}." for number in range(20))
    ada = await people.publisher("Ada")
    listing = (
        await market.on_sale(ada, summary="Maps.", description={"format": "markdown", "markdown": source})
    ).listing
    await edit(listing, tags=["maps"])
    await report(bea, listing, "malware", "It reads my mail.")
    await edit(listing, summary="Better maps.")
    changed = {"format": "markdown", "markdown": source.replace("First line.", "Another line.")}
    await edit(listing, description=changed)
    page = await visit(ines, page_of(listing))
    assert marked(page, "del") == ["Maps.", "First line."]
    assert marked(page, "ins") == ["Better maps.", "Another line."]
    assert "unchanged lines" in said(page)
    assert "it was edited 2 times" in said(page)
    since_the_start = await visit(ines, f"{page_of(listing)}?since=1")
    assert marked(since_the_start, "ins") == ["Better maps.", "Another line.", "maps"]
    for nonsense in ("0", "99", "x", "-1", "99999999999999999999"):
        assert marked(await visit(ines, f"{page_of(listing)}?since={nonsense}"), "del") == marked(page, "del")


async def test_suspending_says_what_it_does_in_numbers_and_asks_for_the_reason(
    people: People, ines: Person, bea: Person
) -> None:
    offer = await market.on_sale(await people.publisher("Ada"))
    for _ in range(2):
        await market.intent(bea, offer)
    path = f"{page_of(offer.listing)}/suspend"
    asked = said(await visit(ines, path))
    assert "2 open install intents will no longer redeem" in asked
    assert "1 published release can be handed over to nobody" in asked
    without = await fill_in(ines, path, {"reason": ""})
    assert without.status_code == 400
    assert "Reason" in text_of(parsed(without.text))
    assert (await shown_by_api(ines, offer.listing))["status"] == "published"
    held = fields_of(await visit(ines, path), path)
    done = await fill_in(ines, path, {"reason": "It asks for card numbers."})
    assert (done.status_code, done.headers["location"]) == (303, f"{page_of(offer.listing)}?notice=suspended")
    shown = said(await visit(ines, done.headers["location"]))
    assert "It is shown to nobody" in shown
    assert "It asks for card numbers." in shown
    again = await send(ines, path, {**held, "reason": "Once more."})
    assert again.status_code == 409
    assert "suspended already" in again.text
    assert "suspended already" in said(await visit(ines, path)), "nothing is left to do"


async def test_reinstating_shows_what_changed_and_refuses_what_was_not_reviewed(people: People, ines: Person) -> None:
    listing = (await market.on_sale(await people.publisher("Ada"), summary="Maps.")).listing
    path = f"{page_of(listing)}/reinstate"
    assert "there is nothing to undo" in said(await visit(ines, path))
    assert_ok(await ines.post(f"{LISTINGS}/{listing.id}/suspend", {"reason": "A copy."}))
    assert "it says what it said when it was suspended" in said(await visit(ines, path))
    await edit(listing, summary="Other maps.")
    page = await visit(ines, path)
    assert "edited once since it was suspended" in said(page)
    assert (marked(page, "del"), marked(page, "ins")) == (["Maps."], ["Other maps."])
    assert not [each for each in page.iter() if each.get("data-focus") is not None], "what changed is read first"
    held = fields_of(page, path)
    await edit(listing, summary="Malware.")
    refused = await send(ines, path, {**held, "reason": "Mended."})
    assert refused.status_code == 409
    assert "It was edited just now" in refused.text
    assert "Mended." in refused.text
    assert (await shown_by_api(ines, listing))["status"] == "suspended"
    done = await fill_in(ines, path, {"reason": "Mended after all."})
    assert done.status_code == 303
    assert (await shown_by_api(ines, listing))["status"] == "published"


async def test_reinstating_what_lost_every_release_says_that_it_becomes_unlisted(people: People, ines: Person) -> None:
    offer = await market.on_sale(await people.publisher("Ada"))
    assert_ok(await ines.post(f"{LISTINGS}/{offer.listing.id}/suspend", {"reason": "A copy."}))
    await offer.revoke()
    asked = said(await visit(ines, f"{page_of(offer.listing)}/reinstate"))
    assert "It becomes unlisted, although it was published: it has no published release left." in asked


async def test_a_flag_is_put_on_with_a_reason_for_admins_and_taken_off(people: People, ines: Person) -> None:
    listing = (await market.on_sale(await people.publisher("Ada"))).listing
    done = await fill_in(ines, f"{page_of(listing)}/flag", {"reason": "Ask why it reads mail."})
    assert done.headers["location"] == f"{page_of(listing)}?notice=flagged"
    assert "Ask why it reads mail." in said(await visit(ines, page_of(listing)))
    assert "Ask why" in said(await visit(ines, f"{page_of(listing)}/unflag"))
    off = await fill_in(ines, f"{page_of(listing)}/unflag", {"reason": ""})
    assert off.headers["location"] == f"{page_of(listing)}?notice=unflagged"
    assert not (await shown_by_api(ines, listing))["flagged"]


async def test_a_report_is_decided_on_once(people: People, ines: Person, bea: Person) -> None:
    listing = (await market.on_sale(await people.publisher("Ada"))).listing
    path = f"/moderation/reports/{await report(bea, listing, 'malware', 'It reads my mail.')}/resolve"
    assert "It reads my mail." in said(await visit(ines, "/moderation/reports?status=open"))
    undecided = await fill_in(ines, path, {"reason": "Looked at it."})
    assert undecided.status_code == 400
    assert "Looked at it." in undecided.text
    done = await fill_in(ines, path, {"outcome": "upheld", "reason": "It does."})
    assert done.headers["location"] == f"{page_of(listing)}?notice=upheld"
    decided = said(await visit(ines, path))
    assert "It does." in decided
    assert "Resolve the report" not in decided
    await visit(ines, "/moderation/reports/rpt_00000000000000000000000000/resolve", 404)


async def test_any_id_leads_to_what_it_names(people: People, ines: Person) -> None:
    offer = await market.on_sale(await people.publisher("Ada"))
    for text, place in (
        (f" {offer.listing.id} ", page_of(offer.listing)),
        (offer.id, f"/moderation/releases/{offer.id}"),
        ("req_00000000000000000000000000", "/moderation/audit?requestId=req_00000000000000000000000000"),
    ):
        answer = await ines.get("/moderation/listings", params={"q": text})
        assert (answer.status_code, answer.headers["location"]) == (303, place)
    ada = offer.listing.publisher
    by_user = await ines.get("/moderation/users", params={"email": ada.user_id})
    assert (by_user.status_code, by_user.headers["location"]) == (303, f"/moderation/users/{ada.user_id}")
    of_publisher = await ines.get("/moderation/audit", params={"id": str(ada.publisher_id)})
    assert of_publisher.headers["location"] == f"/moderation/publishers/{ada.publisher_id}"
    only_hers = f"/moderation/listings?publisherId={ada.publisher_id}"
    assert "publisher: Ada" in said(await visit(ines, only_hers))
    name = str(offer.listing.body["name"])
    assert name in said(await visit(ines, f"/moderation/listings?q={name.replace(' ', '+')}"))


async def test_moderation_is_for_admins_alone(people: People, bea: Person) -> None:
    ada = await people.publisher("Ada")
    listing = await market.listing(ada)
    for path in ("/moderation", page_of(listing), f"{page_of(listing)}/suspend", "/moderation/reports"):
        await visit(bea, path, 403)
        answer = await people.browser().get(path, headers={"accept": "text/html"})
        assert (answer.status_code, answer.headers["location"].partition("?")[0]) == (303, "/sign-in")
    assert "/moderation" not in {link.get("href") for link in (await visit(bea, "/account")).iter("a")}


def places_at_the_side(page: Element) -> list[tuple[str, str]]:
    """Which entries of the list at the side are marked, and how."""
    (side,) = with_class(page, "side")
    return [(text_of(link), link.get("aria-current", "")) for link in side.iter("a") if link.get("aria-current")]


async def test_the_list_at_the_side_says_where_a_page_belongs(people: People, ines: Person) -> None:
    ada = await people.publisher("Ada")
    offer = await market.on_sale(ada)
    for path, place, mark in (
        ("/moderation/listings", "Listings", "page"),
        (page_of(offer.listing), "Listings", "true"),
        (f"/moderation/releases/{offer.id}", "Listings", "true"),
        (f"/moderation/publishers/{ada.publisher_id}", "People", "true"),
        (f"/moderation/users/{ada.user_id}", "People", "true"),
    ):
        assert places_at_the_side(await visit(ines, path)) == [(place, mark)]
    for path, place, mark in (
        ("/console", "Listings", "page"),
        ("/console/listings/new", "Create a listing", "page"),
        (f"/console/listings/{offer.listing.id}", "Listings", "true"),
        (f"/console/releases/{offer.id}", "Listings", "true"),
    ):
        assert places_at_the_side(await visit(ada, path)) == [(place, mark)]
