"""POST /v1/admin/releases/{releaseId}/revoke."""

from __future__ import annotations

import asyncio

from fleetprompt import ids
from tests.support import market
from tests.support.answers import assert_error, assert_ok, assert_replayed, assert_same_refusal
from tests.support.application import App
from tests.support.callers import fresh_key
from tests.support.clock import FakeClock
from tests.support.contents import added_rows, unchanged
from tests.support.databases import Database
from tests.support.events import events_of
from tests.support.people import People, Person
from tests.v1.publisher.facets import facet_changes

RELEASES = "/v1/admin/releases"
REASON = {"reason": "It sends passwords away."}


async def test_the_last_release_of_a_published_listing_takes_it_to_unlisted(
    ada: Person, ines: Person, clock: FakeClock, database: Database
) -> None:
    release = await market.on_sale(ada, tags=["maps"])
    clock.advance(seconds=5)
    with facet_changes(database) as changed, added_rows(database) as added:
        answer = await ines.post(f"{RELEASES}/{release.id}/revoke", REASON)
    revoked = assert_ok(answer, "release")
    revocation = {"status": "revoked", "revokedAtMs": clock.now_ms(), "revokeReason": REASON["reason"]}
    assert revoked == {**release.body, **revocation}
    assert changed == {("assetKind", "whs_agent"): -1, ("tag", "maps"): -1}
    assert added == {"audit_events": 2, "facet_deltas": 2, "idempotency_keys": 1}
    cause, effect = events_of(database, answer)
    assert (cause.type, effect.type) == ("release.revoked", "listing.status_changed")
    assert effect.cause == cause.id
    assert cause.actor == effect.actor == ("user", ines.user_id)
    own = assert_ok(await ada.get(f"/v1/publisher/releases/{release.id}"), "release")
    assert own["revokeReason"] == REASON["reason"]
    listing = assert_ok(await ada.get(f"/v1/publisher/listings/{release.listing.id}"), "listing")
    assert (listing["status"], listing["publishedReleases"]) == ("unlisted", 0)


async def test_of_several_releases_the_listing_keeps_the_best(ada: Person, ines: Person, database: Database) -> None:
    older = await market.on_sale(ada)
    newer = await market.release(older.listing, "2.0.0")
    assert_ok(await ines.post(f"{RELEASES}/{newer.id}/revoke", REASON))
    listing = assert_ok(await ada.get(f"/v1/publisher/listings/{older.listing.id}"), "listing")
    assert (listing["status"], listing["latestRelease"]["releaseId"]) == ("published", older.id)


async def test_i_rel_03_nothing_of_it_can_be_installed(ada: Person, ines: Person, people: People) -> None:
    release, bea, partner = await market.on_sale(ada), await people.register("Bea"), await people.partner("whs")
    token = await market.token(await market.intent(bea, release))
    minting = await market.intent(bea, release)
    assert_ok(await ines.post(f"{RELEASES}/{release.id}/revoke", REASON))
    assert_error(await partner.redeem(token.text), "NOT_FOUND")
    assert_error(await bea.post(f"/v1/install/intents/{minting.id}/token"), "CONFLICT", "not_installable")
    request = {"listingId": release.listing.id, "releaseId": release.id, "targetSystem": "whs"}
    assert_error(await bea.post("/v1/install/intents", request), "NOT_FOUND")


async def test_a_revocation_is_final(ada: Person, ines: Person, database: Database) -> None:
    release = await market.on_sale(ada)
    await release.revoke()
    with unchanged(database):
        assert_error(await ines.post(f"{RELEASES}/{release.id}/revoke", REASON), "CONFLICT", "transition")


async def test_r_race_an_admin_and_the_publisher_revoke_it_once(ada: Person, ines: Person, database: Database) -> None:
    for _ in range(5):
        release = await market.on_sale(ada)
        with facet_changes(database) as changed:
            answers = await asyncio.gather(
                ines.post(f"{RELEASES}/{release.id}/revoke", REASON),
                ada.post(f"/v1/publisher/releases/{release.id}/revoke", {"reason": "Broken."}),
            )
        assert sorted(answer.status_code for answer in answers) == [200, 409]
        assert changed == {("assetKind", "whs_agent"): -1}


async def test_a_release_that_is_not_there_is_not_found(ines: Person, database: Database) -> None:
    with unchanged(database):
        unknown = await ines.post(f"{RELEASES}/{ids.encode('rel', ids.new_uuid())}/revoke", REASON)
        malformed = await ines.post(f"{RELEASES}/lst_nothing/revoke", REASON)
    assert_error(unknown, "NOT_FOUND")
    assert_same_refusal(unknown, malformed)


async def test_only_admins_revoke_what_is_not_their_own(ada: Person, people: People, database: Database) -> None:
    release = await market.on_sale(ada)
    with unchanged(database):
        assert_error(await people.visitor().post(f"{RELEASES}/{release.id}/revoke", REASON), "UNAUTHENTICATED")
        assert_error(await ada.post(f"{RELEASES}/{release.id}/revoke", REASON), "UNAUTHORIZED")


async def test_a_retry_with_the_same_key_replays(app: App, ada: Person, ines: Person, database: Database) -> None:
    release, key = await market.on_sale(ada), fresh_key()
    path = f"{RELEASES}/{release.id}/revoke"
    with app.counting() as cost:
        first = await ines.post(path, REASON, key=key)
    assert cost.round_trips == 1 + 2
    with unchanged(database):
        assert_replayed(await ines.post(path, REASON, key=key), first)
        assert_error(await ines.post(path, {"reason": "!"}, key=key), "CONFLICT", "idempotency_key_reused")
