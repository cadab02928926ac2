"""Pure decisions of installs (spec 3, 4)."""

from __future__ import annotations

from collections import Counter
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleetprompt import ids
from fleetprompt.enums import AssetKind, InstallIntentStatus, InstallTargetSystem, ListingStatus
from fleetprompt.errors import Code, Reason, Refusal
from fleetprompt.installs import rules
from fleetprompt.installs.rules import Delta, IntentWithToken, Redeemable

NOW_MS = 1_800_000_000_000
TOKEN_ID, TOKEN_HASH = ids.new_uuid(), bytes(32)
WHS = InstallTargetSystem.WHS
FINAL = [status for status in InstallIntentStatus if status not in rules.ALIVE]

_INTENT: dict[str, Any] = {
    "asset_kind": "whs_agent",
    "listing_name": "Atlas",
    "listing_status": "published",
    "version": "1.0.0",
    "release_status": "published",
    "publisher_id": ids.new_uuid(),
    "publisher_handle": "ada",
    "publisher_name": "Ada",
    "publisher_suspended_at_ms": None,
    "buyer_user_id": ids.new_uuid(),
    "id": ids.new_uuid(),
    "listing_id": ids.new_uuid(),
    "release_id": ids.new_uuid(),
    "target_system": "whs",
    "target_context": {},
    "state": None,
    "status": "token_issued",
    "current_token_id": TOKEN_ID,
    "expires_at_ms": NOW_MS + 1,
    "created_at_ms": NOW_MS - 1000,
    "updated_at_ms": NOW_MS - 500,
    "token_status": "issued",
    "token_expires_at_ms": NOW_MS + 1,
}


def _intent(**over: Any) -> IntentWithToken:
    return IntentWithToken(**_INTENT | over)


def _redeemable(**over: Any) -> Redeemable:
    of_token = {
        "token_id": TOKEN_ID,
        "token_hash": TOKEN_HASH,
        "buyer_ref_version": "v1",
        "buyer_suspended_at_ms": None,
        "verification_status": "unverified",
        "verification_checked_at_ms": None,
        "refs": {},
        "asset_digest": None,
        "compat": {},
        "artifacts": [],
    }
    return Redeemable(**_INTENT | of_token | over)


def _code(refusal: Refusal | None) -> Code | None:
    return None if refusal is None else refusal.code


@pytest.mark.parametrize("status", InstallIntentStatus)
@pytest.mark.parametrize("left_ms", [1, 0, -1])
def test_a_deadline_ends_what_is_alive_and_nothing_else(status: InstallIntentStatus, left_ms: int) -> None:
    intent = _intent(status=status.value, expires_at_ms=NOW_MS + left_ms)
    ran_out = status in rules.ALIVE and left_ms <= 0
    assert rules.status_of(intent, NOW_MS) is (InstallIntentStatus.EXPIRED if ran_out else status)
    if ran_out:
        assert rules.updated_at_ms(intent, NOW_MS) == NOW_MS + left_ms
    elif status is not InstallIntentStatus.EXPIRED:
        assert rules.updated_at_ms(intent, NOW_MS) == intent.updated_at_ms


@pytest.mark.parametrize("status", ListingStatus)
def test_a_suspended_publishers_listing_is_suspended_to_buyers(status: ListingStatus) -> None:
    assert rules.listing_status(_intent(listing_status=status.value)) is status
    hidden = _intent(listing_status=status.value, publisher_suspended_at_ms=1)
    assert rules.listing_status(hidden) is ListingStatus.SUSPENDED


def test_every_kind_has_its_takers_and_agentelic_takes_all() -> None:
    assert rules.TAKERS.keys() == set(AssetKind)
    assert all(InstallTargetSystem.AGENTELIC in takers for takers in rules.TAKERS.values())


@pytest.mark.parametrize(
    "over",
    [
        {"release_status": "revoked"},
        {"publisher_suspended_at_ms": 1},
        *({"listing_status": status.value} for status in ListingStatus if status is not ListingStatus.PUBLISHED),
    ],
)
def test_i_inst_05_what_is_not_on_sale_is_not_found_before_its_kind_is_looked_at(over: dict[str, Any]) -> None:
    for system in InstallTargetSystem:
        assert _code(rules.refusal_to_open(_intent(**over), system)) is Code.NOT_FOUND


def test_a_system_that_cannot_take_the_kind_is_invalid_and_told_which_can() -> None:
    refusal = rules.refusal_to_open(_intent(), InstallTargetSystem.AGENTROMATIC)
    assert refusal is not None
    (problem,) = refusal.fields
    assert problem.field_name == "targetSystem"
    assert "agentelic, whs" in problem.message
    assert rules.refusal_to_open(_intent(), WHS) is None


@pytest.mark.parametrize("status", FINAL)
def test_u_tok_04_nothing_leads_out_of_an_end(status: InstallIntentStatus) -> None:
    ended = _intent(status=status.value, release_status="revoked")
    for refusal in (rules.refusal_to_mint(ended, NOW_MS), rules.refusal_to_cancel(ended, NOW_MS)):
        assert refusal is not None
        assert refusal.reason is Reason.TRANSITION
    assert _code(rules.refusal_to_redeem(_redeemable(status=status.value), TOKEN_HASH, [WHS], NOW_MS)) is Code.NOT_FOUND


@pytest.mark.parametrize(
    "over", [{"release_status": "revoked"}, {"listing_status": "suspended"}, {"publisher_suspended_at_ms": 1}]
)
def test_what_was_withdrawn_is_neither_minted_for_nor_redeemed_nor_replayed(over: dict[str, Any]) -> None:
    refusal = rules.refusal_to_mint(_intent(**over), NOW_MS)
    assert refusal is not None
    assert refusal.reason is Reason.NOT_INSTALLABLE
    assert rules.refusal_to_cancel(_intent(**over), NOW_MS) is None
    assert _code(rules.refusal_to_redeem(_redeemable(**over), TOKEN_HASH, [WHS], NOW_MS)) is Code.NOT_FOUND
    assert _code(rules.refusal_to_replay(_redeemable(**over))) is Code.NOT_FOUND


@pytest.mark.parametrize("status", ["unlisted", "draft"])
def test_what_was_only_taken_off_sale_is_minted_for_redeemed_and_replayed(status: str) -> None:
    assert rules.refusal_to_mint(_intent(listing_status=status), NOW_MS) is None
    found = _redeemable(listing_status=status)
    assert rules.refusal_to_redeem(found, TOKEN_HASH, [WHS, WHS], NOW_MS) is None
    assert rules.refusal_to_replay(found) is None


REASONS: dict[str, dict[str, Any]] = {
    "another text": {"token_hash": bytes(31) + b"\x01"},
    "another system's": {"target_system": "agentelic"},
    "an intent without token": {"status": "created", "current_token_id": None},
    "an intent with a newer token": {"current_token_id": ids.new_uuid()},
    "an intent past its deadline": {"expires_at_ms": NOW_MS},
    "a token past its deadline": {"token_expires_at_ms": NOW_MS},
    "redeemed": {"token_status": "redeemed"},
    "expired": {"token_status": "expired"},
    "revoked": {"token_status": "revoked"},
    "a suspended buyer's": {"buyer_suspended_at_ms": 1},
}


@given(st.sets(st.sampled_from(sorted(REASONS))))
def test_a_token_is_redeemed_only_if_nothing_at_all_speaks_against_it(reasons: set[str]) -> None:
    over: dict[str, Any] = {}
    for reason in sorted(reasons):
        over |= REASONS[reason]
    refusal = rules.refusal_to_redeem(_redeemable(**over), TOKEN_HASH, [WHS, WHS], NOW_MS)
    assert _code(refusal) is (Code.NOT_FOUND if reasons else None)


@pytest.mark.parametrize("systems", [[WHS, InstallTargetSystem.AGENTELIC], [None, WHS], [WHS, None]])
def test_all_systems_must_be_the_intents_own(systems: list[InstallTargetSystem | None]) -> None:
    assert _code(rules.refusal_to_redeem(_redeemable(), TOKEN_HASH, systems, NOW_MS)) is Code.NOT_FOUND


@given(ttl_ms=st.integers(60_000, 3_600_000), left_ms=st.integers(1, 86_400_000))
def test_u_tok_01_a_token_expires_after_its_ttl_and_never_after_its_intent(ttl_ms: int, left_ms: int) -> None:
    expires_at_ms = rules.token_expiry(_intent(expires_at_ms=NOW_MS + left_ms), ttl_ms, NOW_MS)
    assert expires_at_ms == NOW_MS + min(ttl_ms, left_ms)


@pytest.mark.parametrize(
    ("over", "is_live"),
    [
        ({}, True),
        ({"token_expires_at_ms": NOW_MS}, False),
        ({"token_status": "expired"}, False),
        ({"token_status": "revoked"}, False),
        ({"current_token_id": None, "token_status": None, "token_expires_at_ms": None}, False),
        ({"token_status": None, "token_expires_at_ms": None}, False),
    ],
)
def test_only_an_issued_token_before_its_deadline_is_there_to_be_revoked(over: dict[str, Any], is_live: bool) -> None:
    assert rules.live_token(_intent(**over), NOW_MS) == (TOKEN_ID if is_live else None)


@given(st.lists(st.tuples(st.integers(1, 3), st.integers(20_000, 20_002), st.integers(0, 1), st.integers(0, 1))))
def test_sums_hold_every_delta_once_and_each_listing_and_day_once(counts: list[tuple[int, int, int, int]]) -> None:
    deltas = [Delta(ids.new_uuid(), UUID(int=listing), *rest) for listing, *rest in counts]
    sums = rules.sums_by_day(deltas)
    assert len({(each.listing_id, each.day) for each in sums}) == len(sums)
    expected: Counter[tuple[UUID, int, str]] = Counter()
    for delta in deltas:
        expected[delta.listing_id, delta.day, "opened"] += delta.install_intents
        expected[delta.listing_id, delta.day, "redeemed"] += delta.redemptions
    found = {(each.listing_id, each.day, "opened"): each.install_intents for each in sums}
    found |= {(each.listing_id, each.day, "redeemed"): each.redemptions for each in sums}
    assert found == expected
