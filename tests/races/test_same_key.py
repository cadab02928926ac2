"""R-IDEMP with two servers: a key works once, wherever its requests arrive."""

from __future__ import annotations

import pytest

from tests.races.arena import Arena
from tests.support import market
from tests.support.answers import assert_created, assert_error, assert_replayed
from tests.support.callers import fresh_key
from tests.support.contents import added_rows
from tests.support.market import intent_request, listing_request, release_request

pytestmark = pytest.mark.slow
AT_ONCE = 5


async def assert_happens_once(arena: Arena, path: str, request: dict[str, object], name: str) -> None:
    """Send it under one key to both servers at once: one executes, the others replay."""
    key = fresh_key()
    answers = await arena.at_once(*(arena.ada.post(path, request, key=key) for _ in range(AT_ONCE)))
    (first,) = (answer for answer in answers if "idempotent-replayed" not in answer.headers)
    assert_created(first, name)
    for answer in answers:
        if answer is not first:
            assert_replayed(answer, first)


async def test_r_idemp_01_one_listing_is_created(arena: Arena) -> None:
    for _ in arena.rounds():
        with added_rows(arena.database) as added:
            await assert_happens_once(arena, "/v1/publisher/listings", listing_request(), "listing")
        assert added == {"listings": 1, "audit_events": 1, "idempotency_keys": 1}


async def test_r_idemp_02_one_release_is_published(arena: Arena) -> None:
    for _ in arena.rounds():
        listing = await market.listing(arena.ada)
        with added_rows(arena.database) as added:
            path = f"/v1/publisher/listings/{listing.id}/releases"
            await assert_happens_once(arena, path, release_request(), "release")
        assert added == {"releases": 1, "audit_events": 1, "idempotency_keys": 1}


async def test_r_idemp_03_one_intent_is_opened(arena: Arena) -> None:
    for _ in arena.rounds():
        offer = await market.on_sale(arena.ada)
        with added_rows(arena.database) as added:
            await assert_happens_once(arena, "/v1/install/intents", intent_request(offer), "installIntent")
        assert added == {"install_intents": 1, "stat_deltas": 1, "audit_events": 1, "idempotency_keys": 1}


async def test_r_idemp_04_of_two_requests_under_one_key_one_is_refused(arena: Arena) -> None:
    for _ in arena.rounds():
        key = fresh_key()
        answers = await arena.at_once(
            *(arena.ada.post("/v1/publisher/listings", listing_request(name=name), key=key) for name in ("A", "B"))
        )
        (winner,) = (answer for answer in answers if answer.is_success)
        (loser,) = (answer for answer in answers if not answer.is_success)
        assert_created(winner, "listing")
        assert_error(loser, "CONFLICT", "idempotency_key_reused")
