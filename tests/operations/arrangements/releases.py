"""A publisher's releases."""

from __future__ import annotations

from typing import Any

from fleetprompt.enums import AssetKind, EventType
from tests.operations.cases import Case, Request, arranges
from tests.operations.cast import Cast, suspended_listing
from tests.support import market


def _release(kind: AssetKind, version: str = "1.2.0") -> dict[str, Any]:
    return {
        "version": version,
        "refs": market.REFS[kind],
        "assetDigest": f"sha256:{'0f' * 32}",
        "compat": {"minWHSVersion": "1", "minAgentromaticVersion": "2", "minAgentelicVersion": "3"},
        "artifacts": [
            {
                "kind": "manifest",
                "sha256": "a1" * 32,
                "sizeBytes": 12,
                "download": {"mode": "specprompt_fulfillment", "hint": "Ask for it."},
            }
        ],
        "notes": {"format": "markdown", "markdown": "It *works*."},
    }


async def _publish(cast: Cast, kind: AssetKind) -> Case:
    publisher = await cast.publisher()
    listing = await market.listing(publisher, kind)
    await market.release(listing, "1.1.0")
    request = Request(path={"listingId": listing.id}, body=_release(kind))

    async def of_a_suspended_listing() -> Request:
        return Request(path={"listingId": (await suspended_listing(cast)).id}, body=_release(AssetKind.WHS_AGENT))

    async def hosted_here() -> Request:
        artifact = {**_release(kind)["artifacts"][0], "download": {"mode": "fleetprompt_signed_url"}}
        return request.with_body(artifacts=[artifact])

    other_kind = next(each for each in AssetKind if each is not kind)
    return Case(
        publisher,
        request,
        other=_release(kind, "1.2.1"),
        unfit={
            "refs of another kind": request.with_body(refs=market.REFS[other_kind]),
            "a version that is there already": request.with_body(version="1.1.0"),
        },
        refused={"a suspended listing": of_a_suspended_listing, "a download that is hosted here": hosted_here},
        events=[EventType.RELEASE_PUBLISHED],
    )


@arranges("POST /v1/publisher/listings/{listingId}/releases")
async def publish(cast: Cast) -> Case:
    return await _publish(cast, AssetKind.WHS_AGENT)


@arranges("POST /v1/publisher/listings/{listingId}/releases", "of a workflow")
async def publish_workflow(cast: Cast) -> Case:
    return await _publish(cast, AssetKind.AGENTROMATIC_WORKFLOW)


@arranges("POST /v1/publisher/listings/{listingId}/releases", "of a spec")
async def publish_spec(cast: Cast) -> Case:
    return await _publish(cast, AssetKind.SPEC_ASSET)


@arranges("GET /v1/publisher/listings/{listingId}/releases")
async def list_own(cast: Cast) -> Case:
    offer = await cast.offer()
    return Case(
        offer.listing.publisher, Request(path={"listingId": offer.listing.id}, query={"version": "1.0.0", "limit": 5})
    )


@arranges("GET /v1/publisher/releases/{releaseId}")
async def get_own(cast: Cast) -> Case:
    offer = await cast.offer()
    return Case(offer.listing.publisher, Request(path={"releaseId": offer.id}))


@arranges("POST /v1/publisher/releases/{releaseId}/revoke")
async def revoke(cast: Cast) -> Case:
    offer = await cast.fresh_offer()
    return Case(
        offer.listing.publisher,
        Request(path={"releaseId": offer.id}, body={"reason": "It leaks."}),
        other={"reason": "It leaks badly."},
        events=[EventType.RELEASE_REVOKED, EventType.LISTING_STATUS_CHANGED],
        caused=[EventType.LISTING_STATUS_CHANGED],
    )
