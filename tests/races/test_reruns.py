"""How often a transaction runs again when nobody shares a row: the price of the isolation level (spec 3 Isolation)."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from tests.support import market
from tests.support.answers import assert_ok
from tests.support.callers import Partner
from tests.support.consistency import assert_consistent
from tests.support.market import Release
from tests.support.metrics import series
from tests.support.people import Person
from tests.support.servers import Servers

CLIENTS = 16
CHAINS_EACH = 8
MUTATIONS_IN_A_CHAIN = 3


def reruns(servers: Servers) -> float:
    """How many the servers' metrics have counted, whatever their cause."""
    counted = [
        value
        for process in servers.processes
        for (name, _), value in series(httpx.get(f"{process.url}/metrics", trust_env=False).text).items()
        if name == "fleetprompt_transaction_reruns_total"
    ]
    assert counted
    return sum(counted)


@pytest.mark.slow
async def test_r_race_chains_that_share_no_row_rarely_run_again(servers: Servers) -> None:
    people = servers.people
    offer, whs = await market.on_sale(await people.publisher()), await people.partner("whs")
    buyers = [await people.register() for _ in range(CLIENTS)]
    for buyer in buyers:
        await buyer.csrf_token()
    before = reruns(servers)
    await asyncio.gather(*(chains(buyer, offer, whs) for buyer in buyers))
    mutations = CLIENTS * CHAINS_EACH * MUTATIONS_IN_A_CHAIN
    assert reruns(servers) - before < mutations / 100
    assert_consistent(servers.database)


async def chains(buyer: Person, offer: Release, whs: Partner) -> None:
    """Open, mint and redeem, again and again."""
    for _ in range(CHAINS_EACH):
        token = await market.token(await market.intent(buyer, offer, "whs"))
        assert_ok(await whs.redeem(token.text))
