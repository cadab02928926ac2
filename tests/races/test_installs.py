"""R-RACE of intents and tokens: every outcome is one that some order of the two allows."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.races.arena import Arena
from tests.support import market
from tests.support.answers import assert_created, assert_error, assert_ok
from tests.support.callers import fresh_key
from tests.support.market import Intent, Release, Token, intent_request
from tests.support.people import Person

pytestmark = pytest.mark.slow
REASON = {"reason": "It is a copy of another one."}


@pytest.fixture(scope="module")
async def bea(arena: Arena) -> Person:
    """A buyer."""
    return await arena.people.register("Bea")


async def minted(arena: Arena, bea: Person) -> tuple[Release, Token]:
    """A token that can be redeemed."""
    offer = await market.on_sale(arena.ada)
    return offer, await market.token(await market.intent(bea, offer, "whs"))


def tokens(arena: Arena, intent: Intent) -> list[str]:
    """The status of each of its tokens, sorted."""
    found = arena.database.rows("select status from install_tokens where intent_id = %s", intent.uuid)
    return sorted(status for (status,) in found)


def status(arena: Arena, intent: Intent) -> str:
    """Its own."""
    return str(arena.database.value("select status from install_intents where id = %s", intent.uuid))


def either(one: httpx.Response, other: httpx.Response) -> tuple[bool, bool]:
    """Which of the two happened."""
    return one.is_success, other.is_success


async def test_r_race_r_tok_02_of_two_mints_at_once_exactly_one_token_lives(arena: Arena, bea: Person) -> None:
    for _ in arena.rounds():
        opened = await market.intent(bea, await market.on_sale(arena.ada), "whs")
        answers = await arena.at_once(*(bea.post(f"{opened.path}/token") for _ in range(2)))
        texts: list[Any] = [assert_ok(answer)["installToken"] for answer in answers]
        assert tokens(arena, opened) == ["issued", "revoked"]
        redeemed = [await arena.whs.redeem(text) for text in texts]
        assert sorted(answer.status_code for answer in redeemed) == [200, 404]


async def test_r_race_of_two_redemptions_under_different_keys_one_happens(arena: Arena, bea: Person) -> None:
    for _ in arena.rounds():
        _, token = await minted(arena, bea)
        answers = await arena.at_once(*(arena.whs.redeem(token.text) for _ in range(3)))
        assert sorted(answer.status_code for answer in answers) == [200, 404, 404]
        for answer in answers:
            if not answer.is_success:
                assert_error(answer, "NOT_FOUND")
        assert tokens(arena, token.intent) == ["redeemed"]


async def test_r_race_r_tok_03_a_redemption_sent_twice_under_one_key_happens_once(arena: Arena, bea: Person) -> None:
    for _ in arena.rounds():
        _, token = await minted(arena, bea)
        key = fresh_key()
        one, other = await arena.at_once(*(arena.whs.redeem(token.text, key=key) for _ in range(2)))
        assert assert_ok(one) == assert_ok(other)
        assert sorted("idempotent-replayed" in answer.headers for answer in (one, other)) == [False, True]


async def test_r_race_redeeming_against_canceling(arena: Arena, bea: Person) -> None:
    for _ in arena.rounds():
        _, token = await minted(arena, bea)
        redeemed, canceled = await arena.at_once(arena.whs.redeem(token.text), bea.post(f"{token.intent.path}/cancel"))
        if redeemed.is_success:
            assert_error(canceled, "CONFLICT", "transition")
            assert (status(arena, token.intent), tokens(arena, token.intent)) == ("redeemed", ["redeemed"])
        else:
            assert_error(redeemed, "NOT_FOUND")
            assert_ok(canceled, "installIntent")
            assert (status(arena, token.intent), tokens(arena, token.intent)) == ("canceled", ["revoked"])


async def test_r_race_redeeming_against_minting_again(arena: Arena, bea: Person) -> None:
    for _ in arena.rounds():
        _, token = await minted(arena, bea)
        redeemed, again = await arena.at_once(arena.whs.redeem(token.text), bea.post(f"{token.intent.path}/token"))
        assert either(redeemed, again) in {(True, False), (False, True)}
        if redeemed.is_success:
            assert_error(again, "CONFLICT", "transition")
        else:
            assert_error(redeemed, "NOT_FOUND")
            assert tokens(arena, token.intent) == ["issued", "revoked"]


async def test_r_race_redeeming_against_suspending_the_listing(arena: Arena, bea: Person) -> None:
    for _ in arena.rounds():
        offer, token = await minted(arena, bea)
        redeemed, suspended = await arena.at_once(
            arena.whs.redeem(token.text), arena.ines.post(f"/v1/admin/listings/{offer.listing.id}/suspend", REASON)
        )
        assert_ok(suspended, "listing")
        assert_withdrawn_or_redeemed(arena, token, redeemed)


async def test_r_race_redeeming_against_revoking_the_release(arena: Arena, bea: Person) -> None:
    for _ in arena.rounds():
        offer, token = await minted(arena, bea)
        redeemed, revoked = await arena.at_once(
            arena.whs.redeem(token.text), arena.ada.post(f"/v1/publisher/releases/{offer.id}/revoke", REASON)
        )
        assert_ok(revoked, "release")
        assert_withdrawn_or_redeemed(arena, token, redeemed)


def assert_withdrawn_or_redeemed(arena: Arena, token: Token, redeemed: httpx.Response) -> None:
    """Either the redemption came first, or it found nothing and left the token as it was."""
    if redeemed.is_success:
        assert (status(arena, token.intent), tokens(arena, token.intent)) == ("redeemed", ["redeemed"])
    else:
        assert_error(redeemed, "NOT_FOUND")
        assert (status(arena, token.intent), tokens(arena, token.intent)) == ("token_issued", ["issued"])


async def test_r_race_opening_an_intent_against_revoking_the_release(arena: Arena, bea: Person) -> None:
    for _ in arena.rounds():
        offer = await market.on_sale(arena.ada)
        opened, revoked = await arena.at_once(
            bea.post("/v1/install/intents", intent_request(offer, "whs")),
            arena.ada.post(f"/v1/publisher/releases/{offer.id}/revoke", REASON),
        )
        assert_ok(revoked, "release")
        if not opened.is_success:
            assert_error(opened, "NOT_FOUND")
            continue
        late = Intent(bea, assert_created(opened, "installIntent"))
        assert_error(await bea.post(f"{late.path}/token"), "CONFLICT", "not_installable")


async def test_r_race_canceling_against_an_admins_revocation(arena: Arena, bea: Person) -> None:
    for _ in arena.rounds():
        _, token = await minted(arena, bea)
        answers = await arena.at_once(
            bea.post(f"{token.intent.path}/cancel"),
            arena.ines.post(f"/v1/admin/intents/{token.intent.id}/revoke", REASON),
        )
        assert sorted(answer.status_code for answer in answers) == [200, 409]
        assert (status(arena, token.intent), tokens(arena, token.intent)) == ("canceled", ["revoked"])
