"""Rows of every table, for tests that try what the database itself refuses."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import pytest

from fleetprompt import ids
from tests.support import market
from tests.support.answers import assert_ok
from tests.support.databases import Database
from tests.support.people import People


@dataclass(frozen=True)
class Stock:
    """Rows to try things on."""

    published: UUID
    noted: UUID
    revoked: UUID
    issued: UUID
    redeemed: UUID
    alive: UUID
    handed_over: UUID
    canceled: UUID


@pytest.fixture(scope="module")
async def stock(people: People, database: Database) -> Stock:
    """At least one row of every table, and releases, tokens and intents in the states that matter."""
    ada, bea, whs = await people.publisher(), await people.register(), await people.partner("whs")
    offer = await market.on_sale(ada)
    assert_ok(await ada.patch(f"/v1/publisher/listings/{offer.listing.id}", {"summary": "New."}), "listing")
    revoked = await market.release(offer.listing, "2.0.0")
    await revoked.revoke()
    noted = await market.release(offer.listing, "3.0.0", notes={"format": "markdown", "markdown": "It is **new**."})
    await ada.api_key()
    spent, kept, dropped = [await market.token(await market.intent(bea, offer, "whs")) for _ in range(3)]
    assert_ok(await whs.redeem(spent.text))
    assert_ok(await bea.post(f"{dropped.intent.path}/cancel"), "installIntent")
    for statement in (
        "insert into reports values (gen_random_uuid(), (select id from listings limit 1),"
        " (select id from users limit 1), 'spam', 'It is spam.', 1, 'open', null, null, null, 1)",
        "insert into stat_days select id, 1, 1, 1 from listings",
        "insert into stat_totals select id, 1, 1, 1 from listings",
        "insert into facet_counts values ('tag', 'maps', 1)",
        "insert into job_runs values ('fold', 1, 1, 1)",
        "insert into processes values (gen_random_uuid(), 'serve', 'host', 1, array['v1'], 1, 1, 1)",
    ):
        database.change(statement)
    tokens = [
        database.value("select current_token_id from install_intents where id = %s", each.intent.uuid)
        for each in (kept, spent)
    ]
    return Stock(
        published=uuid_of(offer.id),
        noted=uuid_of(noted.id),
        revoked=uuid_of(revoked.id),
        issued=tokens[0],
        redeemed=tokens[1],
        alive=uuid_of(kept.intent.id),
        handed_over=uuid_of(spent.intent.id),
        canceled=uuid_of(dropped.intent.id),
    )


def uuid_of(text: str) -> UUID:
    """The id as the database has it."""
    found = ids.decode(text.partition("_")[0], text)
    assert found is not None
    return found
