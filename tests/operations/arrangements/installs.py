"""Install intents, their tokens, and what partner systems call."""

from __future__ import annotations

from typing import Any

from fleetprompt.enums import AssetKind, EventType
from tests.operations.cases import Case, Request, arranges
from tests.operations.cast import Cast, absent
from tests.support import market
from tests.support.answers import assert_ok
from tests.support.people import Person

CONTEXT = {"telespaceId": "space-1", "roomId": "room-1", "orgId": "org-1"}


def _wish(offer: market.Release, **over: Any) -> dict[str, Any]:
    return {
        "listingId": offer.listing.id,
        "releaseId": offer.id,
        "targetSystem": "whs",
        "targetContext": CONTEXT,
        "state": "opaque-state",
        **over,
    }


async def _cancel(buyer: Person, intent: market.Intent) -> None:
    assert_ok(await buyer.post(f"/v1/install/intents/{intent.id}/cancel"))


@arranges("GET /v1/install/intents")
async def list_intents(cast: Cast) -> Case:
    buyer = await cast.buyer()
    await market.intent(buyer, await cast.offer())
    return Case(buyer, Request(query={"status": "created", "limit": 5}))


@arranges("POST /v1/install/intents")
async def open_intent(cast: Cast) -> Case:
    offer = await cast.fresh_offer()
    request = Request(body=_wish(offer))

    async def of_a_draft() -> Request:
        draft = await market.release(await market.listing(await cast.publisher()))
        return Request(body=_wish(draft))

    async def of_another_listing() -> Request:
        return request.with_body(releaseId=(await cast.offer()).id)

    async def of_an_unlisted_listing() -> Request:
        unlisted = await cast.fresh_offer()
        await unlisted.listing.set_status("unlisted")
        return Request(body=_wish(unlisted))

    async def revoked() -> Request:
        withdrawn = await cast.fresh_offer()
        await market.release(withdrawn.listing, "2.0.0")
        await withdrawn.revoke()
        return Request(body=_wish(withdrawn))

    return Case(
        await cast.buyer(),
        request,
        other=_wish(offer, state="another-state"),
        unfit={"a system that cannot take the kind": request.with_body(targetSystem="agentromatic")},
        hidden={
            "a draft": of_a_draft,
            "a release of another listing": of_another_listing,
            "an unlisted listing": of_an_unlisted_listing,
            "a revoked release": revoked,
        },
        events=[EventType.INSTALL_INTENT_CREATED],
        move_on=lambda: offer.listing.set_status("unlisted"),
    )


@arranges("GET /v1/install/intents/{installIntentId}")
async def show_intent(cast: Cast) -> Case:
    buyer = await cast.buyer()
    intent = await market.intent(buyer, await cast.offer())
    return Case(buyer, Request(path={"installIntentId": intent.id}))


@arranges("POST /v1/install/intents/{installIntentId}/token")
async def mint_token(cast: Cast) -> Case:
    buyer = await cast.buyer()
    intent = await market.intent(buyer, await cast.offer())
    await market.token(intent)

    async def of_a_revoked_release() -> Request:
        offer = await cast.fresh_offer()
        wish = await market.intent(buyer, offer)
        await offer.revoke()
        return Request(path={"installIntentId": wish.id}, body={"ttlMs": 120_000})

    return Case(
        buyer,
        Request(path={"installIntentId": intent.id}, body={"ttlMs": 120_000}),
        other={"ttlMs": 180_000},
        refused={"a revoked release": of_a_revoked_release},
        events=[EventType.INSTALL_TOKEN_ISSUED, EventType.INSTALL_TOKEN_REVOKED],
        caused=[EventType.INSTALL_TOKEN_REVOKED],
        move_on=lambda: _cancel(buyer, intent),
    )


@arranges("POST /v1/install/intents/{installIntentId}/cancel")
async def cancel_intent(cast: Cast) -> Case:
    buyer = await cast.buyer()
    intent = await market.intent(buyer, await cast.offer())
    await market.token(intent)
    return Case(
        buyer,
        Request(path={"installIntentId": intent.id}),
        events=[EventType.INSTALL_INTENT_CANCELED, EventType.INSTALL_TOKEN_REVOKED],
        caused=[EventType.INSTALL_TOKEN_REVOKED],
    )


@arranges("POST /v1/internal/install/redeem")
async def redeem_token(cast: Cast) -> Case:
    buyer = await cast.buyer()
    token = await market.token(await market.intent(buyer, await cast.offer()))

    def redeeming(text: str) -> Request:
        return Request(body={"installToken": text, "targetSystem": "whs"})

    async def anothers_token() -> Request:
        spec = await cast.offer(AssetKind.SPEC_ASSET)
        return redeeming((await market.token(await market.intent(buyer, spec, "agentelic"))).text)

    async def a_revoked_token() -> Request:
        intent = await market.intent(buyer, await cast.offer())
        earlier = await market.token(intent)
        await market.token(intent)
        return redeeming(earlier.text)

    async def a_token_of_a_revoked_release() -> Request:
        offer = await cast.fresh_offer()
        issued = await market.token(await market.intent(buyer, offer))
        await offer.revoke()
        return redeeming(issued.text)

    async def a_forged_token() -> Request:
        return redeeming(f"fpt_{absent('tok').removeprefix('tok_')}_{'A' * 43}")

    return Case(
        await cast.partner("whs"),
        redeeming(token.text),
        other={"installToken": token.text, "targetSystem": "agentelic"},
        hidden={
            "another system's token": anothers_token,
            "a revoked token": a_revoked_token,
            "a token of a revoked release": a_token_of_a_revoked_release,
            "a forged token": a_forged_token,
        },
        events=[EventType.INSTALL_TOKEN_REDEEMED],
        fixed=frozenset({"installToken"}),
    )


@arranges("POST /v1/internal/ping")
async def ping(cast: Cast) -> Case:
    return Case(await cast.partner("whs"))


@arranges("GET /v1/publisher/releases/{releaseId}/revocation")
async def foresee_revocation(cast: Cast) -> Case:
    offer = await cast.offer()

    async def of_a_revoked_release() -> Request:
        revoked = await market.release(offer.listing, "0.1.0-revoked")
        await revoked.revoke()
        return Request(path={"releaseId": revoked.id})

    return Case(
        offer.listing.publisher,
        Request(path={"releaseId": offer.id}),
        refused={"a revoked release": of_a_revoked_release},
    )
