"""How often a transaction runs again when nobody shares a row: the price of the isolation level (spec 3 Isolation)."""

from __future__ import annotations

import asyncio

import pytest
from prometheus_client.parser import text_string_to_metric_families

from fleetprompt.runtime.services import Services
from tests.support import market
from tests.support.answers import assert_ok
from tests.support.callers import Partner
from tests.support.consistency import assert_consistent
from tests.support.databases import Database
from tests.support.market import Release
from tests.support.people import People, Person

CLIENTS = 16
CHAINS_EACH = 5
MUTATIONS_IN_A_CHAIN = 3


def reruns(services: Services) -> float:
    """How many the metrics have counted."""
    families = text_string_to_metric_families(services.metrics.render().decode())
    samples = [sample for family in families for sample in family.samples]
    counted = [sample.value for sample in samples if sample.name == "fleetprompt_transaction_reruns_total"]
    assert counted
    return sum(counted)


@pytest.mark.slow
async def test_r_race_chains_that_share_no_row_rarely_run_again(
    services: Services, people: People, ada: Person, database: Database
) -> None:
    offer, whs = await market.on_sale(ada), await people.partner("whs")
    buyers = [await people.register() for _ in range(CLIENTS)]
    for buyer in buyers:
        await buyer.csrf_token()
    before = reruns(services)
    await asyncio.gather(*(chains(buyer, offer, whs) for buyer in buyers))
    mutations = CLIENTS * CHAINS_EACH * MUTATIONS_IN_A_CHAIN
    assert reruns(services) - before < mutations / 100
    assert_consistent(database)


async def chains(buyer: Person, offer: Release, whs: Partner) -> None:
    """Open, mint and redeem, again and again."""
    for _ in range(CHAINS_EACH):
        token = await market.token(await market.intent(buyer, offer, "whs"))
        assert_ok(await whs.redeem(token.text))
