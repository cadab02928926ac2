"""The audit log as a page: sentences by day, filters in the address, causes that can be followed."""

from __future__ import annotations

from string import Formatter
from xml.etree.ElementTree import Element

import msgspec
import pytest

from fleetprompt.enums import EventType
from fleetprompt.pages import moments
from fleetprompt.pages.moderation.sentences import SENTENCES
from fleetprompt.runtime.audit import DETAILS
from tests.support import market
from tests.support.answers import assert_ok
from tests.support.clock import FakeClock
from tests.support.forms import named, said, text_of, visit
from tests.support.market import Intent
from tests.support.people import People, Person

AUDIT = "/moderation/audit"
THINGS = {"actor", "listing", "release", "intent", "publisher", "user", "report", "flagging", "summary"}


@pytest.fixture(scope="module")
async def ines(people: People) -> Person:
    """An admin."""
    return await people.admin("Ines")


@pytest.fixture(scope="module")
async def revoked(people: People, ines: Person) -> Intent:
    """An intent with a token, revoked: the token's end was brought about by the intent's."""
    offer = await market.on_sale(await people.publisher("Ada"), name="Mail reader")
    intent = await market.intent(await people.register("Bea"), offer)
    await market.token(intent)
    assert_ok(await ines.post(f"/v1/admin/intents/{intent.id}/revoke", {"reason": "Stolen."}))
    return intent


def told(page: Element) -> list[str]:
    """The sentences of the timeline, without their times."""
    found = [each for each in page.iter("p") if each.get("class") == "told"]
    return [text_of(each).partition(" ")[2] for each in found]


def links(page: Element, word: str) -> list[str]:
    """Where the links lead that begin with a word."""
    return [str(link.get("href")) for link in named(page, "main").iter("a") if text_of(link).startswith(word)]


def test_every_event_has_its_sentence_of_what_it_holds() -> None:
    assert SENTENCES.keys() == set(EventType)
    for event_type, sentence in SENTENCES.items():
        names = {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}
        details = DETAILS.get(event_type)
        held = set() if details is None else {field.encode_name for field in msgspec.structs.fields(details)}
        assert names - THINGS <= held, event_type
        assert "user" not in names or "userId" in held, event_type
        assert "report" not in names or "reportId" in held, event_type


async def test_events_are_sentences_with_their_things_reasons_and_causes(ines: Person, revoked: Intent) -> None:
    page = await visit(ines, f"{AUDIT}?installIntentId={revoked.id}")
    assert told(page) == [
        "Ines revoked a token of an install intent of Mail reader. Brought about by another event.",
        "Ines revoked an install intent of Mail reader.",
        "Bea minted a token for an install intent of Mail reader.",
        "Bea opened an install intent of release 1.0.0 of Mail reader into WHS.",
    ]
    assert [text_of(each) for each in page.iter("blockquote")] == ["Stolen."]
    (cause,) = links(page, "another event")
    assert [each.get("id") for each in page.iter("li") if cause == f"#{each.get('id')}"], "it is on the same page"
    assert links(page, "Mail reader")[0] == f"/moderation/listings/{revoked.body['listingId']}"
    effect = await visit(ines, links(page, "What it brought about")[1])
    assert told(effect) == ["Ines revoked a token of an install intent of Mail reader. Brought about by another event."]
    followed = await visit(ines, links(effect, "another event")[0])
    assert told(followed) == ["Ines revoked an install intent of Mail reader."]


async def test_filters_are_chips_that_come_off_one_by_one(ines: Person, revoked: Intent) -> None:
    both = await visit(ines, f"{AUDIT}?installIntentId={revoked.id}&actor={ines.user_id}")
    assert len(told(both)) == 2
    assert links(both, "by:") == [f"{AUDIT}?installIntentId={revoked.id}"]
    assert links(both, "install intent:") == [f"{AUDIT}?actor={ines.user_id}"]
    assert len(told(await visit(ines, links(both, "by:")[0]))) == 4


async def test_an_id_goes_to_the_filter_that_it_belongs_to(ines: Person, revoked: Intent) -> None:
    for typed, query in (
        (revoked.id, f"installIntentId={revoked.id}"),
        (revoked.body["listingId"], f"listingId={revoked.body['listingId']}"),
        (ines.user_id, f"actor={ines.user_id}"),
        ("system", "actor=system"),
    ):
        answer = await ines.get(AUDIT, params={"id": f" {typed} ", "type": "listing.created"})
        assert answer.status_code == 303
        assert set(answer.headers["location"].partition("?")[2].split("&")) == {query, "type=listing.created"}


async def test_days_are_filters_with_both_ends_included(people: People, ines: Person, clock: FakeClock) -> None:
    day = clock.now_ms() // 86_400_000
    clock.set((day + 2) * 86_400_000 - 1)
    late = await people.signed_in_elsewhere(ines)
    listing = await market.listing(await people.publisher("Late"), name="Last moment")
    (event,) = assert_ok(await late.get("/v1/admin/audit", params={"listingId": listing.id}))["items"]
    date = moments.machine(clock.now_ms())[:10]
    assert event["createdAtMs"] == clock.now_ms()
    for query, expected in ((f"since={date}", 1), (f"until={date}", 1), (f"since={date}&until={date}", 1)):
        page = await visit(late, f"{AUDIT}?listingId={listing.id}&{query}")
        assert len(told(page)) == expected, query
    before = await visit(late, f"{AUDIT}?listingId={listing.id}&until=2020-01-01")
    assert "Nothing of this kind happened." in said(before)


async def test_what_is_no_filter_is_named_and_the_rest_is_kept(ines: Person) -> None:
    page = await visit(ines, f"{AUDIT}?since=yesterday&type=nonsense&actor=system", 400)
    assert "Since must be a day from 1970 on" in said(page)
    assert "What happened must be one of the kinds in the list" in said(page)
    assert len(links(page, "by:")) == 1


async def test_pages_go_on_where_the_last_one_ended(people: People, ines: Person) -> None:
    ada = await people.publisher("Prolific")
    for number in range(52):
        await market.listing(ada, name=f"Listing {number}")
    path = f"{AUDIT}?actor={ada.user_id}&type=listing.created"
    first = await visit(ines, path)
    assert len(told(first)) == 50
    second = await visit(ines, links(first, "Next page")[0])
    assert told(second) == ["Prolific created Listing 1.", "Prolific created Listing 0."]
    assert links(second, "Back to the first page") == [path]
