"""POST /v1/internal/install/redeem"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from fleetprompt import ids, secrets
from fleetprompt.enums import AssetKind, InstallTargetSystem
from tests.support.answers import assert_error, assert_ok, assert_replayed, assert_same_refusal
from tests.support.application import App
from tests.support.callers import FRESH, fresh_key
from tests.support.clock import FakeClock
from tests.support.contents import added_rows, unchanged
from tests.support.environment import key_ring
from tests.support.people import People, Person
from tests.support.stall import ARTIFACTS, COMPAT, DIGEST, Offer, Stall, intent, token

PATH = "/v1/internal/install/redeem"
MINUTE_MS = 60_000

WITHDRAWALS = [Stall.revoke_release, Stall.suspend_listing, Stall.suspend_publisher]


async def _minted(buyer: Person, offer: Offer, **over: Any) -> tuple[dict[str, Any], str]:
    opened = await intent(buyer, offer, **over)
    return opened, (await token(buyer, opened))["installToken"]


def _uuid(opened: dict[str, Any]) -> UUID:
    found = ids.decode("int", opened["installIntentId"])
    assert found is not None
    return found


def _states(app: App, opened: dict[str, Any]) -> list[tuple[Any, ...]]:
    return app.database.rows(
        "select i.status, t.status, t.ended_at_ms from install_intents i"
        " join install_tokens t on t.intent_id = i.id where i.id = %s order by t.id",
        _uuid(opened),
    )


async def test_i_int_03_a_sound_call_returns_intent_and_references_and_everything_is_redeemed(
    app: App, people: People, stall: Stall, clock: FakeClock
) -> None:
    offer, bea, partner = stall.on_sale(), await people.register(), stall.partner()
    opened, text = await _minted(bea, offer, state="sté/ate", targetContext={"orgId": "o"})
    clock.advance(seconds=1)
    with added_rows(app.database) as added:
        answer = await partner.redeem(text)
    reply = assert_ok(answer)
    buyer_id = ids.decode("usr", bea.user_id)
    assert buyer_id is not None
    assert reply == {
        "installIntent": {
            "installIntentId": opened["installIntentId"],
            "listingId": offer.listing_id,
            "releaseId": offer.release_id,
            "targetSystem": "whs",
            "targetContext": {"orgId": "o"},
            "state": "sté/ate",
            "status": "redeemed",
            "expiresAtMs": opened["expiresAtMs"],
            "createdAtMs": opened["createdAtMs"],
            "updatedAtMs": clock.now_ms(),
        },
        "buyer": {"buyerRef": secrets.buyer_ref(key_ring(), buyer_id, InstallTargetSystem.WHS, "v2")},
        "publisher": {
            "publisherId": ids.encode("pub", offer.publisher_uuid),
            "handle": opened["publisher"]["handle"],
            "displayName": "Ada Works",
            "verified": {"status": "unverified"},
        },
        "listing": {"listingId": offer.listing_id, "assetKind": "whs_agent", "name": "Atlas"},
        "release": {
            "releaseId": offer.release_id,
            "version": "1.0.0",
            "refs": {"whsAgentId": "agent-1", "whsDeploymentId": "deployment-1"},
            "assetDigest": DIGEST,
            "compat": COMPAT,
            "artifacts": ARTIFACTS,
        },
    }
    assert answer.headers["cache-control"] == "no-store"
    assert added == {"request_nonces": 1, "idempotency_keys": 1, "stat_deltas": 1, "audit_events": 1}
    assert _states(app, opened) == [("redeemed", "redeemed", clock.now_ms())]
    shown = assert_ok(await bea.get(f"/v1/install/intents/{opened['installIntentId']}"), "installIntent")
    assert (shown["status"], shown["updatedAtMs"]) == ("redeemed", clock.now_ms())


async def test_its_event_names_the_partners_key(app: App, people: People, stall: Stall) -> None:
    bea, partner = await people.register(), stall.partner()
    opened, text = await _minted(bea, stall.on_sale())
    assert_ok(await partner.redeem(text))
    events = app.database.rows(
        "select actor_type, actor_id, listing_id, release_id, publisher_id is not null from audit_events"
        " where type = 'install_token.redeemed' and install_intent_id = %s",
        _uuid(opened),
    )
    listing_id, release_id = ids.decode("lst", opened["listingId"]), ids.decode("rel", opened["releaseId"])
    assert events == [("partner", ids.decode("prt", partner.key_id), listing_id, release_id, True)]


@pytest.mark.parametrize("kind", AssetKind)
async def test_i_int_07_a_reply_holds_no_token_key_moderation_or_buyers_identity(
    people: People, stall: Stall, kind: AssetKind
) -> None:
    offer, bea = stall.on_sale(kind), await people.register("Beatrix Quimby")
    partner = stall.partner(offer.target_system)
    _, text = await _minted(bea, offer)
    reply = (await partner.redeem(text)).text
    buyer_id = ids.decode("usr", bea.user_id)
    assert buyer_id is not None
    for private in (
        text,
        text.rpartition("_")[2],
        partner.key_id,
        partner.secret,
        bea.user_id,
        str(buyer_id),
        bea.email,
        "Quimby",
        "usr_",
        "suspend",
        "flag",
        "moderation",
        "reason",
        "whs_agent_id",
    ):
        assert private not in reply


async def test_a_buyer_has_one_reference_in_each_system_and_they_differ(people: People, stall: Stall) -> None:
    bea, eve, offer = await people.register(), await people.register(), stall.on_sale(AssetKind.SPEC_ASSET)
    refs = set()
    for buyer in (bea, eve):
        for system in InstallTargetSystem:
            seen = set()
            for _ in range(2):
                _, text = await _minted(buyer, offer, targetSystem=system)
                seen.add(assert_ok(await stall.partner(system).redeem(text))["buyer"]["buyerRef"])
            (ref,) = seen
            refs.add(ref)
    assert len(refs) == 6


async def test_r_tok_01_i_int_04_a_token_redeems_until_its_expiry_and_not_at_it(
    app: App, people: People, stall: Stall, clock: FakeClock
) -> None:
    bea, partner = await people.register(), stall.partner()
    for last_ms, redeems in ((-1, True), (0, False)):
        opened = await intent(bea, stall.on_sale())
        minted = await token(bea, opened, ttl_ms=MINUTE_MS)
        clock.set(minted["expiresAtMs"] + last_ms)
        answer = await partner.redeem(minted["installToken"])
        assert answer.is_success == redeems
        if not redeems:
            assert_error(answer, "NOT_FOUND")
            assert _states(app, opened) == [("token_issued", "issued", None)]


async def test_r_tok_01_a_token_as_old_as_its_intent_ends_with_it(
    people: People, stall: Stall, clock: FakeClock
) -> None:
    bea, partner = await people.register(), stall.partner()
    clock.advance(hours=-23)
    for last_ms, redeems in ((-1, True), (0, False)):
        opened = await intent(bea, stall.on_sale())
        clock.set(opened["expiresAtMs"] - MINUTE_MS // 2)
        minted = await token(bea, opened)
        clock.set(opened["expiresAtMs"] + last_ms)
        assert (await partner.redeem(minted["installToken"])).is_success == redeems
        clock.advance(hours=-24)


async def test_i_int_05_a_revoked_token_is_not_found(people: People, stall: Stall) -> None:
    bea, partner = await people.register(), stall.partner()
    opened, earlier = await _minted(bea, stall.on_sale())
    later = (await token(bea, opened))["installToken"]
    assert_error(await partner.redeem(earlier), "NOT_FOUND")
    assert_ok(await bea.post(f"/v1/install/intents/{opened['installIntentId']}/cancel"))
    assert_error(await partner.redeem(later), "NOT_FOUND")


async def test_i_int_06_a_redeemed_token_is_not_found_under_another_key_and_replays_under_its_own(
    app: App, people: People, stall: Stall, clock: FakeClock
) -> None:
    bea, partner = await people.register(), stall.partner()
    opened, text = await _minted(bea, stall.on_sale())
    its_own = fresh_key()
    first = await partner.redeem(text, key=its_own)
    clock.advance(hours=1)
    with unchanged(app.database, but=["request_nonces"]):
        assert_error(await partner.redeem(text), "NOT_FOUND")
        assert_replayed(await partner.redeem(text, key=its_own), first)
    assert _states(app, opened)[0][:2] == ("redeemed", "redeemed")


async def test_r_tok_03_another_key_of_the_same_system_retries_and_is_answered_the_same(
    app: App, people: People, stall: Stall
) -> None:
    bea, lost, rotated = await people.register(), stall.partner(), stall.partner()
    _, text = await _minted(bea, stall.on_sale())
    key = fresh_key()
    first = await lost.redeem(text, key=key)
    with unchanged(app.database, but=["request_nonces"]):
        assert_replayed(await rotated.redeem(text, key=key), first)


async def test_r_idemp_04_the_same_key_with_another_token_is_a_conflict(app: App, people: People, stall: Stall) -> None:
    offer, bea, partner = stall.on_sale(), await people.register(), stall.partner()
    (_, one), (_, other) = [await _minted(bea, offer) for _ in range(2)]
    key = fresh_key()
    assert_ok(await partner.redeem(one, key=key))
    with unchanged(app.database, but=["request_nonces"]):
        for text in (other, "no token at all"):
            assert_error(await partner.redeem(text, key=key), "CONFLICT", "idempotency_key_reused")
    assert_ok(await partner.redeem(other))


async def test_of_many_redeems_at_once_one_executes_and_those_of_its_key_replay_it(
    app: App, people: People, stall: Stall
) -> None:
    bea, partner = await people.register(), stall.partner()
    opened, text = await _minted(bea, stall.on_sale())
    keys = [fresh_key() for _ in range(3)] * 3
    with added_rows(app.database) as added:
        answers = await asyncio.gather(*(partner.redeem(text, key=key) for key in keys))
    good = [each for each in answers if each.is_success]
    assert len(good) == 3
    assert len({each.content for each in good}) == 1
    assert sum("idempotent-replayed" in each.headers for each in good) == 2
    for refused in set(answers) - set(good):
        assert_error(refused, "NOT_FOUND")
    assert added == {"request_nonces": 9, "idempotency_keys": 1, "stat_deltas": 1, "audit_events": 1}
    assert _states(app, opened)[0][:2] == ("redeemed", "redeemed")


@pytest.mark.parametrize("withdraw", WITHDRAWALS, ids=lambda f: f.__name__)
async def test_i_rel_03_what_was_withdrawn_is_handed_out_to_nobody_not_even_again(
    app: App, people: People, stall: Stall, withdraw: Callable[[Stall, Offer], None]
) -> None:
    offer, bea, partner = stall.on_sale(), await people.register(), stall.partner()
    (_, redeemed), (opened, waiting) = [await _minted(bea, offer) for _ in range(2)]
    lost = fresh_key()
    assert_ok(await partner.redeem(redeemed, key=lost))
    withdraw(stall, offer)
    with unchanged(app.database, but=["request_nonces"]):
        assert_error(await partner.redeem(waiting), "NOT_FOUND")
        assert_error(await partner.redeem(redeemed, key=lost), "NOT_FOUND")
    assert _states(app, opened)[0][:2] == ("token_issued", "issued")


@pytest.mark.parametrize("status", ["unlisted", "draft"])
async def test_a_listing_that_its_publisher_took_off_sale_is_still_handed_over(
    people: People, stall: Stall, status: str
) -> None:
    offer, bea, partner = stall.on_sale(), await people.register(), stall.partner()
    _, text = await _minted(bea, offer)
    stall.set_status(offer, status)
    assert_ok(await partner.redeem(text))


async def test_a_suspended_buyers_token_is_not_found_and_what_she_had_redeemed_replays(
    people: People, stall: Stall
) -> None:
    offer, bea, partner = stall.on_sale(), await people.register(), stall.partner()
    (_, redeemed), (_, waiting) = [await _minted(bea, offer) for _ in range(2)]
    lost = fresh_key()
    first = await partner.redeem(redeemed, key=lost)
    stall.suspend_user(bea.user_id)
    assert_error(await partner.redeem(waiting), "NOT_FOUND")
    assert_replayed(await partner.redeem(redeemed, key=lost), first)


async def test_partner_body_and_intent_must_name_the_same_system(app: App, people: People, stall: Stall) -> None:
    offer, bea = stall.on_sale(AssetKind.SPEC_ASSET), await people.register()
    opened, text = await _minted(bea, offer, targetSystem="whs")
    whs, agentelic = stall.partner("whs"), stall.partner("agentelic")
    with unchanged(app.database, but=["request_nonces"]):
        for partner, named in ((whs, "agentelic"), (agentelic, "whs"), (agentelic, "agentelic")):
            assert_error(await partner.redeem(text, target_system=named), "NOT_FOUND")
    assert_ok(await whs.redeem(text))
    assert _states(app, opened)[0][0] == "redeemed"


async def test_all_refusals_of_a_token_are_alike(people: People, stall: Stall, clock: FakeClock) -> None:
    offer, bea, partner = stall.on_sale(), await people.register(), stall.partner()
    opened, revoked = await _minted(bea, offer)
    redeemed = (await token(bea, opened))["installToken"]
    assert_ok(await partner.redeem(redeemed))
    _, expired = await _minted(bea, offer)
    clock.advance(minutes=15)
    _, other_systems = await _minted(bea, offer, targetSystem="agentelic")
    never = secrets.mint_install_token(key_ring(), ids.new_uuid()).reveal()
    refused = [
        await partner.redeem(text)
        for text in (revoked, redeemed, expired, other_systems, never, _forged(never), "fpt_", "x" * 200)
    ]
    for each in refused:
        assert_error(each, "NOT_FOUND")
        assert_same_refusal(each, refused[0])


def _forged(text: str) -> str:
    head, _, mac = text.rpartition("_")
    return f"{head}_{'B' if mac[0] == 'A' else 'A'}{mac[1:]}"


async def test_u_tok_03_only_the_canonical_encoding_of_a_token_is_accepted(people: People, stall: Stall) -> None:
    bea, partner = await people.register(), stall.partner()
    _, text = await _minted(bea, stall.on_sale())
    head, _, mac = text.rpartition("_")
    octets = base64.urlsafe_b64decode(f"{mac}=")
    twins = [f"{mac[:-1]}{last}" for last in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"]
    same_octets = [twin for twin in twins if twin != mac and base64.urlsafe_b64decode(f"{twin}=") == octets]
    assert same_octets
    for other in (
        *(f"{head}_{twin}" for twin in same_octets),
        text.upper(),
        f"{text}=",
        f" {text}",
        f"{text}\n",
        f"{head.upper().replace('FPT', 'fpt')}_{mac}",
    ):
        assert_error(await partner.redeem(other), "NOT_FOUND")
    assert_ok(await partner.redeem(text))


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"targetSystem": "whs"}, ["installToken"]),
        ({"installToken": "", "targetSystem": "whs"}, ["installToken"]),
        ({"installToken": "x" * 201, "targetSystem": "elsewhere"}, ["installToken", "targetSystem"]),
        ({"installToken": 7, "targetSystem": "whs", "extra": 1}, ["installToken", "extra"]),
    ],
)
async def test_a_signed_body_is_validated_like_any_other(
    app: App, stall: Stall, body: dict[str, Any], fields: list[str]
) -> None:
    partner = stall.partner()
    with unchanged(app.database, but=["request_nonces"]):
        assert_error(await partner.post(PATH, body), "VALIDATION_FAILED", fields=fields)


async def test_the_cost_of_redeeming_is_the_same_two_round_trips_whatever_the_answer(
    app: App, people: People, stall: Stall
) -> None:
    offer, bea, partner = stall.on_sale(), await people.register(), stall.partner()
    _, text = await _minted(bea, offer)
    never = secrets.mint_install_token(key_ring(), ids.new_uuid()).reveal()
    costs, key = [], fresh_key()
    for each, its_key in ((text, key), (text, key), (text, FRESH), (never, FRESH), (_forged(never), FRESH)):
        with app.counting() as cost:
            await partner.redeem(each, key=its_key)
        costs.append(cost)
    assert [cost.round_trips for cost in costs] == [1 + 2] * 5
    _, _, redeemed, unknown, forged = costs
    token_lookup = 1
    assert redeemed.statements == unknown.statements == forged.statements + token_lookup


async def test_s_cd_03_no_operation_of_a_buyer_brings_an_intent_to_redeemed(
    app: App, people: People, stall: Stall
) -> None:
    bea = await people.register()
    opened, text = await _minted(bea, stall.on_sale())
    path = f"/v1/install/intents/{opened['installIntentId']}"
    body = {"installToken": text, "targetSystem": "whs", "status": "redeemed"}
    assert_error(await bea.post(PATH, {"installToken": text, "targetSystem": "whs"}), "UNAUTHENTICATED")
    for answer in (
        await bea.post(path, body),
        await bea.patch(path, body),
        await bea.put(path, body),
        await bea.post(f"{path}/redeem", body),
        await bea.post(f"{path}/token", body),
        await bea.post(f"{path}/cancel", body),
        await bea.post("/v1/install/intents", {**stall.on_sale().request(), "status": "redeemed"}),
    ):
        assert answer.is_error
    assert _states(app, opened) == [("token_issued", "issued", None)]
    for again in ("token", "cancel"):
        assert_ok(await bea.post(f"{path}/{again}"))
        assert "redeemed" not in str(_states(app, opened))
