"""POST /v1/internal/install/redeem"""

from __future__ import annotations

import asyncio
import base64
import socket
import string
from typing import Any

import pytest

from fleetprompt import ids, secrets
from fleetprompt.enums import AssetKind, InstallTargetSystem
from tests.support import market
from tests.support.answers import assert_error, assert_ok, assert_replayed, assert_same_refusal
from tests.support.application import App
from tests.support.callers import FRESH, Partner, fresh_key
from tests.support.clock import FakeClock
from tests.support.contents import added_rows, unchanged
from tests.support.environment import key_ring
from tests.support.market import Intent, Release, Token
from tests.support.outbound import nobody_reached
from tests.support.people import People, Person
from tests.support.withdrawals import WITHDRAWALS, Withdraw, set_draft, set_unlisted, suspend_user

PATH = "/v1/internal/install/redeem"
MINUTE_MS = 60_000
REFUSED_LEAVE = ("request_nonces",)
"""What a refused call may leave behind."""


@pytest.fixture(scope="module")
async def partner(people: People) -> Partner:
    """The server of `whs`."""
    return await people.partner("whs")


async def _minted(buyer: Person, offer: Release, target_system: str = "", **over: Any) -> Token:
    return await market.token(await market.intent(buyer, offer, target_system, **over))


def _states(app: App, opened: Intent) -> list[tuple[Any, ...]]:
    return app.database.rows(
        "select i.status, t.status, t.ended_at_ms from install_intents i"
        " join install_tokens t on t.intent_id = i.id where i.id = %s order by t.id",
        opened.uuid,
    )


async def test_i_int_03_a_sound_call_returns_intent_and_references_and_everything_is_redeemed(
    app: App, people: People, ada: Person, partner: Partner, clock: FakeClock
) -> None:
    artifacts = [{"kind": "manifest", "sha256": "b" * 64, "sizeBytes": 7, "download": {"mode": "none"}}]
    of_release = {"assetDigest": f"sha256:{'a' * 64}", "compat": {"minWHSVersion": "2.1"}, "artifacts": artifacts}
    bea, offer = await people.register(), await market.release(await market.listing(ada), "1.2.3", **of_release)
    await offer.listing.set_status("published")
    minted = await _minted(bea, offer, state="sté/ate", targetContext={"orgId": "o"})
    clock.advance(seconds=1)
    with added_rows(app.database) as added:
        answer = await partner.redeem(minted.text)
    buyer_id = ids.decode("usr", bea.user_id)
    assert buyer_id is not None
    assert assert_ok(answer) == {
        "installIntent": {
            "installIntentId": minted.intent.id,
            "listingId": offer.listing.id,
            "releaseId": offer.id,
            "targetSystem": "whs",
            "targetContext": {"orgId": "o"},
            "state": "sté/ate",
            "status": "redeemed",
            "expiresAtMs": minted.intent.body["expiresAtMs"],
            "createdAtMs": minted.intent.body["createdAtMs"],
            "updatedAtMs": clock.now_ms(),
        },
        "buyer": {"buyerRef": secrets.buyer_ref(key_ring(), buyer_id, InstallTargetSystem.WHS, "v2")},
        "publisher": {
            "publisherId": ada.publisher_id,
            "handle": minted.intent.body["publisher"]["handle"],
            "displayName": ada.display_name,
            "verified": {"status": "unverified"},
        },
        "listing": {"listingId": offer.listing.id, "assetKind": "whs_agent", "name": offer.listing.body["name"]},
        "release": {
            "releaseId": offer.id,
            "version": "1.2.3",
            "refs": {"whsAgentId": "agent-1", "whsDeploymentId": "deployment-1"},
            **of_release,
        },
    }
    assert answer.headers["cache-control"] == "no-store"
    assert added == {"request_nonces": 1, "idempotency_keys": 1, "stat_deltas": 1, "audit_events": 1}
    assert _states(app, minted.intent) == [("redeemed", "redeemed", clock.now_ms())]
    shown = assert_ok(await bea.get(minted.intent.path), "installIntent")
    assert shown == {**minted.intent.body, "status": "redeemed", "updatedAtMs": clock.now_ms()}


async def test_its_event_names_the_partners_key(app: App, people: People, ada: Person, partner: Partner) -> None:
    offer = await market.on_sale(ada)
    minted = await _minted(await people.register(), offer)
    assert_ok(await partner.redeem(minted.text))
    events = app.database.rows(
        "select actor_type, actor_id, publisher_id, listing_id, release_id from audit_events"
        " where type = 'install_token.redeemed' and install_intent_id = %s",
        minted.intent.uuid,
    )
    named = (("prt", partner.key_id), ("pub", ada.publisher_id or ""), ("lst", offer.listing.id), ("rel", offer.id))
    assert events == [("partner", *(ids.decode(prefix, each) for prefix, each in named))]


@pytest.mark.parametrize("kind", AssetKind)
async def test_i_int_07_a_reply_holds_no_token_key_moderation_or_buyers_identity(
    people: People, ada: Person, kind: AssetKind
) -> None:
    bea = await people.register("Beatrix Quimby")
    minted = await _minted(bea, await market.on_sale(ada, kind))
    partner = await people.partner(market.TARGET[kind])
    reply = (await partner.redeem(minted.text)).text
    for private in (
        minted.text,
        minted.text[-43:],
        partner.key_id,
        partner.secret,
        bea.user_id,
        str(ids.decode("usr", bea.user_id)),
        bea.email,
        "Quimby",
        "usr_",
        "suspend",
        "flag",
        "reason",
    ):
        assert private not in reply


async def test_a_buyer_has_one_reference_in_each_system_and_they_differ(people: People, ada: Person) -> None:
    offer = await market.on_sale(ada, AssetKind.SPEC_ASSET)
    buyers, refs = [await people.register() for _ in range(2)], set()
    for system in InstallTargetSystem:
        partner = await people.partner(system)
        for buyer in buyers:
            replies = [await partner.redeem((await _minted(buyer, offer, system)).text) for _ in range(2)]
            (ref,) = {assert_ok(each)["buyer"]["buyerRef"] for each in replies}
            refs.add(ref)
    assert len(refs) == 6


@pytest.mark.parametrize(("after_ms", "redeems"), [(-1, True), (0, False), (1, False)])
async def test_r_tok_01_i_int_04_a_token_redeems_until_its_expiry_and_not_at_it(
    app: App, people: People, ada: Person, partner: Partner, clock: FakeClock, after_ms: int, redeems: bool
) -> None:
    opened = await market.intent(await people.register(), await market.on_sale(ada))
    minted = await market.token(opened, ttl_ms=MINUTE_MS)
    clock.set(minted.body["expiresAtMs"] + after_ms)
    answer = await partner.redeem(minted.text)
    if redeems:
        assert_ok(answer)
    else:
        assert_error(answer, "NOT_FOUND")
        assert _states(app, opened) == [("token_issued", "issued", None)]


@pytest.mark.parametrize(("after_ms", "redeems"), [(-1, True), (0, False)])
async def test_r_tok_01_a_token_ends_with_its_intent(
    people: People, ada: Person, partner: Partner, clock: FakeClock, after_ms: int, redeems: bool
) -> None:
    offer, bea = await market.on_sale(ada), await people.register()
    clock.advance(hours=-23)  # her session outlives the intent
    opened = await market.intent(bea, offer)
    clock.set(opened.body["expiresAtMs"] - MINUTE_MS // 2)
    minted = await market.token(opened)
    clock.set(opened.body["expiresAtMs"] + after_ms)
    assert (await partner.redeem(minted.text)).is_success == redeems


async def test_i_int_05_a_revoked_token_is_not_found(people: People, ada: Person, partner: Partner) -> None:
    bea = await people.register()
    earlier = await _minted(bea, await market.on_sale(ada))
    later = await market.token(earlier.intent)
    assert_error(await partner.redeem(earlier.text), "NOT_FOUND")
    assert_ok(await bea.post(f"{earlier.intent.path}/cancel"))
    assert_error(await partner.redeem(later.text), "NOT_FOUND")


async def test_i_int_06_a_redeemed_token_is_not_found_under_another_key_and_replays_under_its_own(
    app: App, people: People, ada: Person, partner: Partner, clock: FakeClock
) -> None:
    minted = await _minted(await people.register(), await market.on_sale(ada))
    key = fresh_key()
    first = await partner.redeem(minted.text, key=key)
    with unchanged(app.database, but=REFUSED_LEAVE):
        for minutes in (0, 60):  # while the token would still be good, and later
            clock.advance(minutes=minutes)
            assert_error(await partner.redeem(minted.text), "NOT_FOUND")
            assert_replayed(await partner.redeem(minted.text, key=key), first)


async def test_r_tok_03_a_retry_by_another_key_of_the_same_system_is_answered_the_same(
    app: App, people: People, ada: Person, partner: Partner
) -> None:
    rotated, key = await people.partner(partner.target_system), fresh_key()
    minted = await _minted(await people.register(), await market.on_sale(ada))
    first = await partner.redeem(minted.text, key=key)
    with unchanged(app.database, but=REFUSED_LEAVE):
        assert_replayed(await rotated.redeem(minted.text, key=key), first)


async def test_r_idemp_04_the_same_key_with_another_token_is_a_conflict(
    app: App, people: People, ada: Person, partner: Partner
) -> None:
    offer, bea, key = await market.on_sale(ada), await people.register(), fresh_key()
    one, other = [await _minted(bea, offer) for _ in range(2)]
    assert_ok(await partner.redeem(one.text, key=key))
    with unchanged(app.database, but=REFUSED_LEAVE):
        for text in (other.text, "no token at all"):
            assert_error(await partner.redeem(text, key=key), "CONFLICT", "idempotency_key_reused")
    assert_ok(await partner.redeem(other.text))


async def test_of_many_redeems_at_once_one_executes_and_those_of_its_key_replay_it(
    app: App, people: People, ada: Person, partner: Partner
) -> None:
    minted = await _minted(await people.register(), await market.on_sale(ada))
    keys = [fresh_key() for _ in range(3)] * 3
    with added_rows(app.database) as added:
        answers = await asyncio.gather(*(partner.redeem(minted.text, key=key) for key in keys))
    good = [each for each in answers if each.is_success]
    assert len(good) == 3
    assert len({each.content for each in good}) == 1
    assert sum("idempotent-replayed" in each.headers for each in good) == 2
    for refused in answers:
        if refused not in good:
            assert_error(refused, "NOT_FOUND")
    assert added == {"request_nonces": 9, "idempotency_keys": 1, "stat_deltas": 1, "audit_events": 1}
    assert [state[:2] for state in _states(app, minted.intent)] == [("redeemed", "redeemed")]


async def test_a_redeem_and_a_cancel_at_once_end_as_one_after_the_other_would(
    app: App, people: People, ada: Person, partner: Partner
) -> None:
    offer, bea = await market.on_sale(ada), await people.register()
    for _ in range(5):
        minted = await _minted(bea, offer)
        redeemed, canceled = await asyncio.gather(partner.redeem(minted.text), bea.post(f"{minted.intent.path}/cancel"))
        (state,) = _states(app, minted.intent)
        if redeemed.is_success:
            assert_error(canceled, "CONFLICT", "transition")
            assert state[:2] == ("redeemed", "redeemed")
        else:
            assert_error(redeemed, "NOT_FOUND")
            assert_ok(canceled)
            assert state[:2] == ("canceled", "revoked")


@pytest.mark.parametrize("withdraw", WITHDRAWALS, ids=lambda f: f.__name__)
async def test_i_rel_03_what_was_withdrawn_is_handed_out_to_nobody_not_even_again(
    app: App, people: People, partner: Partner, withdraw: Withdraw
) -> None:
    offer, bea, lost = await market.on_sale(await people.publisher()), await people.register(), fresh_key()
    redeemed, waiting = [await _minted(bea, offer) for _ in range(2)]
    assert_ok(await partner.redeem(redeemed.text, key=lost))
    await withdraw(app.database, offer)
    with unchanged(app.database, but=REFUSED_LEAVE):
        assert_error(await partner.redeem(waiting.text), "NOT_FOUND")
        assert_error(await partner.redeem(redeemed.text, key=lost), "NOT_FOUND")
    assert _states(app, waiting.intent) == [("token_issued", "issued", None)]


@pytest.mark.parametrize("take_off_sale", [set_draft, set_unlisted])
async def test_a_listing_that_its_publisher_took_off_sale_is_still_handed_over(
    app: App, people: People, ada: Person, partner: Partner, take_off_sale: Withdraw
) -> None:
    offer = await market.on_sale(ada)
    minted = await _minted(await people.register(), offer)
    await take_off_sale(app.database, offer)
    assert_ok(await partner.redeem(minted.text))


async def test_a_suspended_buyers_token_is_not_found_and_what_she_had_redeemed_replays(
    app: App, people: People, ada: Person, partner: Partner
) -> None:
    offer, bea, lost = await market.on_sale(ada), await people.register(), fresh_key()
    redeemed, waiting = [await _minted(bea, offer) for _ in range(2)]
    first = await partner.redeem(redeemed.text, key=lost)
    await suspend_user(app.database, bea)
    assert_error(await partner.redeem(waiting.text), "NOT_FOUND")
    assert_replayed(await partner.redeem(redeemed.text, key=lost), first)


async def test_partner_body_and_intent_must_name_the_same_system(
    app: App, people: People, ada: Person, partner: Partner
) -> None:
    offer, agentelic = await market.on_sale(ada, AssetKind.SPEC_ASSET), await people.partner("agentelic")
    minted = await _minted(await people.register(), offer, "whs")
    with unchanged(app.database, but=REFUSED_LEAVE):
        for caller, named in ((partner, "agentelic"), (agentelic, "whs"), (agentelic, "agentelic")):
            assert_error(await caller.redeem(minted.text, target_system=named), "NOT_FOUND")
    assert_ok(await partner.redeem(minted.text))


async def test_all_refusals_of_a_token_are_alike(
    people: People, ada: Person, partner: Partner, clock: FakeClock
) -> None:
    offer, bea = await market.on_sale(ada), await people.register()
    revoked = await _minted(bea, offer)
    redeemed = await market.token(revoked.intent)
    assert_ok(await partner.redeem(redeemed.text))
    expired = await _minted(bea, offer)
    clock.advance(minutes=15)
    other_systems = await _minted(bea, offer, "agentelic")
    never = secrets.mint_install_token(key_ring(), ids.new_uuid()).reveal()
    tokens = [each.text for each in (revoked, redeemed, expired, other_systems)]
    refused = [await partner.redeem(text) for text in (*tokens, never, _forged(never), "fpt_", "x" * 200)]
    for each in refused:
        assert_error(each, "NOT_FOUND")
        assert_same_refusal(each, refused[0])


def _forged(text: str) -> str:
    head, mac = text[:-43], text[-43:]
    return f"{head}{'B' if mac[0] == 'A' else 'A'}{mac[1:]}"


async def test_u_tok_03_only_the_canonical_encoding_of_a_token_is_accepted(
    people: People, ada: Person, partner: Partner
) -> None:
    text = (await _minted(await people.register(), await market.on_sale(ada))).text
    head, mac = text[:-43], text[-43:]
    octets = base64.urlsafe_b64decode(f"{mac}=")
    alphabet = string.ascii_letters + string.digits + "-_"
    twins = [twin for last in alphabet if (twin := mac[:-1] + last) != mac]
    same_octets = [twin for twin in twins if base64.urlsafe_b64decode(f"{twin}=") == octets]
    assert same_octets
    others = (text.upper(), f"{text}=", f" {text}", f"{text}\n", f"fpt_{head[4:].upper()}{mac}")
    for other in (*(head + twin for twin in same_octets), *others):
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
    app: App, partner: Partner, body: dict[str, Any], fields: list[str]
) -> None:
    with unchanged(app.database, but=REFUSED_LEAVE):
        assert_error(await partner.post(PATH, body), "VALIDATION_FAILED", fields=fields)


async def test_redeeming_costs_two_round_trips_whatever_the_answer_and_a_forged_token_no_lookup(
    app: App, people: People, ada: Person, partner: Partner
) -> None:
    text = (await _minted(await people.register(), await market.on_sale(ada))).text
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


async def test_s_cd_01_no_page_redeems_and_no_answer_lets_another_origin_read_it(
    app: App, people: People, ada: Person, partner: Partner
) -> None:
    minted = await _minted(await people.register(), await market.on_sale(ada))
    origin = {"Origin": "https://page.example"}
    preflight = {**origin, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "signature"}
    asked = await people.visitor().request("OPTIONS", PATH, headers=preflight)
    assert_error(asked, "UNSUPPORTED", status=405)
    body = {"installToken": minted.text, "targetSystem": "whs"}
    signs_of_pages = (origin, {"Cookie": "a=b"}, {"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Dest": "empty"})
    with unchanged(app.database):
        refused = [await partner.post(PATH, body, headers=sign) for sign in signs_of_pages]
    for each in refused:
        assert_error(each, "UNAUTHENTICATED")
    redeemed = await partner.post(PATH, body, headers={"Sec-Fetch-Mode": "cors"})
    assert_ok(redeemed)
    for answer in (asked, *refused, redeemed):
        assert not [name for name in answer.headers if name.startswith("access-control-")]


async def test_s_cd_02_redeeming_opens_no_connection_to_anybody(
    app: App, people: People, ada: Person, partner: Partner
) -> None:
    minted = await _minted(await people.register(), await market.on_sale(ada))
    with added_rows(app.database) as added, nobody_reached() as attempts:
        with pytest.raises(OSError, match="Too many open files"):
            socket.socket()
        assert attempts == ["socket.__new__"]
        answer = await partner.redeem(minted.text)
    assert_ok(answer)
    assert attempts == ["socket.__new__"]
    assert added == {"request_nonces": 1, "idempotency_keys": 1, "stat_deltas": 1, "audit_events": 1}


async def test_s_cd_03_no_operation_of_a_buyer_brings_an_intent_to_redeemed(
    app: App, people: People, ada: Person
) -> None:
    offer, bea = await market.on_sale(ada), await people.register()
    minted = await _minted(bea, offer)
    path, body = minted.intent.path, {"installToken": minted.text, "targetSystem": "whs", "status": "redeemed"}
    assert_error(await bea.post(PATH, {"installToken": minted.text, "targetSystem": "whs"}), "UNAUTHENTICATED")
    for answer in (
        await bea.post(path, body),
        await bea.patch(path, body),
        await bea.put(path, body),
        await bea.post(f"{path}/redeem", body),
        await bea.post(f"{path}/token", body),
        await bea.post(f"{path}/cancel", body),
        await bea.post("/v1/install/intents", market.intent_request(offer, status="redeemed")),
    ):
        assert answer.is_error
    assert _states(app, minted.intent) == [("token_issued", "issued", None)]
    for step in ("token", "cancel"):
        assert_ok(await bea.post(f"{path}/{step}"))
        assert "redeemed" not in str(_states(app, minted.intent))
