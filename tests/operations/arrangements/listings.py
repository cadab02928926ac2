"""A publisher's listings."""

from __future__ import annotations

from typing import Any

from fleetprompt.enums import AssetKind, EventType
from tests.operations.cases import Case, Request, arranges
from tests.operations.cast import Cast, suspended_listing
from tests.support import market

STALE = {"If-Match": '"999"'}


def _content(name: str = "Atlas") -> dict[str, Any]:
    return {
        "name": name,
        "summary": "Knows the way.",
        "description": {"format": "markdown", "markdown": "Reads *maps*."},
        "tags": ["maps", "routes"],
        "categories": ["travel"],
        "images": [{"url": "https://example.org/atlas.png", "alt": "A map"}],
        "links": {"docsUrl": "https://example.org/docs", "repoUrl": "https://example.org/code"},
    }


@arranges("GET /v1/publisher/listings")
async def list_own(cast: Cast) -> Case:
    publisher = await cast.publisher()
    await market.listing(publisher)
    return Case(publisher, Request(query={"status": "draft", "limit": 5}))


@arranges("POST /v1/publisher/listings")
async def create(cast: Cast) -> Case:
    body = {"assetKind": AssetKind.WHS_AGENT.value, **_content()}
    return Case(
        await cast.publisher(),
        Request(body=body),
        other={**body, "name": "Another atlas"},
        events=[EventType.LISTING_CREATED],
    )


@arranges("GET /v1/publisher/listings/{listingId}")
async def get_own(cast: Cast) -> Case:
    publisher = await cast.publisher()
    listing = await market.listing(publisher)
    return Case(publisher, Request(path={"listingId": listing.id}))


@arranges("PATCH /v1/publisher/listings/{listingId}")
async def revise(cast: Cast) -> Case:
    publisher = await cast.publisher()
    listing = await market.listing(publisher)
    request = Request(
        path={"listingId": listing.id}, body=_content("Revised"), headers={"If-Match": listing.body["etag"]}
    )
    return Case(
        publisher,
        request,
        other={"name": "Revised otherwise"},
        unfit={"a stale edit": request.with_headers(STALE)},
        events=[EventType.LISTING_UPDATED],
    )


@arranges("POST /v1/publisher/listings/{listingId}/status")
async def set_status(cast: Cast) -> Case:
    offer = await cast.fresh_offer()
    request = Request(path={"listingId": offer.listing.id}, body={"status": "unlisted"})

    async def of_a_suspended_listing() -> Request:
        return request.with_path(listingId=(await suspended_listing(cast)).id)

    async def published_without_a_release() -> Request:
        draft = await market.listing(offer.listing.publisher)
        return Request(path={"listingId": draft.id}, body={"status": "published"})

    return Case(
        offer.listing.publisher,
        request,
        other={"status": "draft"},
        refused={"a suspended listing": of_a_suspended_listing, "no release": published_without_a_release},
        unfit={"the status that it has": request.with_body(status="published")},
        events=[EventType.LISTING_STATUS_CHANGED],
    )


@arranges("GET /v1/publisher/listings/{listingId}/stats")
async def stats(cast: Cast) -> Case:
    publisher = await cast.publisher()
    listing = await market.listing(publisher)
    return Case(publisher, Request(path={"listingId": listing.id}, query={"days": 7}))


@arranges("POST /v1/publisher/markdown/preview")
async def preview_markdown(cast: Cast) -> Case:
    return Case(await cast.buyer(), Request(body={"format": "markdown", "markdown": "Reads *maps*."}))
