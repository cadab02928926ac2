"""A publisher's public profile (spec 6.4)."""

from __future__ import annotations

from fleetprompt import ids
from tests.support import market
from tests.support.answers import assert_error, assert_ok, assert_same_refusal
from tests.support.application import App
from tests.support.browsing import publisher_uuid, reinstate_publisher, suspend_publisher
from tests.support.callers import Caller
from tests.support.people import People


def _path(publisher_id: str | None) -> str:
    return f"/v1/public/publishers/{publisher_id}"


async def test_a_profile_is_public_with_or_without_listings(app: App, api: Caller, people: People) -> None:
    bio = {"format": "markdown", "markdown": "We *plan*."}
    ada = await people.publisher("Ada Works", handle="ada-works", bio=bio)
    expected = {
        "publisherId": ada.publisher_id,
        "handle": "ada-works",
        "displayName": "Ada Works",
        "bio": {**bio, "html": "<p>We <em>plan</em>.</p>\n"},
        "verified": {"status": "unverified"},
    }
    with app.counting() as cost:
        assert assert_ok(await api.get(_path(ada.publisher_id)), "publisher") == expected
    assert (cost.statements, cost.round_trips) == (1, 1)
    offer = await market.on_sale(ada)
    await offer.listing.set_status("unlisted")
    assert assert_ok(await api.get(_path(ada.publisher_id)), "publisher") == expected


async def test_a_verification_is_shown_with_its_time_but_not_its_reason(app: App, api: Caller, people: People) -> None:
    ada = await people.publisher("Ada")
    app.database.change(
        "update publishers set verification_status = 'verified', verification_checked_at_ms = 5 where id = %s",
        publisher_uuid(ada),
    )
    shown = assert_ok(await api.get(_path(ada.publisher_id)), "publisher")
    assert shown["verified"] == {"status": "verified", "checkedAtMs": 5}
    assert "bio" not in shown


async def test_i_pub_02_a_suspended_publisher_is_not_found_like_one_that_never_existed(
    app: App, api: Caller, people: People
) -> None:
    ada = await people.publisher("Ada")
    suspend_publisher(app, ada)
    never = await api.get(_path(ids.encode("pub", ids.new_uuid())))
    assert_error(never, "NOT_FOUND")
    for hidden in (ada.publisher_id, ada.user_id, "pub_x"):
        assert_same_refusal(await api.get(_path(hidden)), never)
    reinstate_publisher(app, ada)
    assert_ok(await api.get(_path(ada.publisher_id)))
