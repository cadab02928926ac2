"""What the public sees, without any credential."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from tests.operations.cases import Case, Make, Request, arranges
from tests.operations.cast import Cast
from tests.support import market
from tests.support.answers import assert_ok


@arranges("GET /v1/public/listings/search")
async def search(cast: Cast) -> Case:
    offer = await cast.offer()
    query = {
        "q": "atlas",
        "tags": ["maps", "routes"],
        "categories": ["travel"],
        "assetKind": offer.listing.kind.value,
        "publisherId": str(offer.listing.publisher.publisher_id),
        "sort": "newest",
        "limit": 5,
    }
    return Case(cast.visitor(), Request(query=query))


@arranges("GET /v1/public/facets")
async def facets(cast: Cast) -> Case:
    await cast.offer()
    return Case(cast.visitor())


def _hidden_listings(cast: Cast, request: Callable[[market.Release], Request]) -> Mapping[str, Make]:
    """Releases whose listing the public may not see, and why."""

    async def draft() -> Request:
        return request(await market.release(await market.listing(await cast.publisher())))

    async def unlisted() -> Request:
        offer = await cast.fresh_offer()
        await offer.listing.set_status("unlisted")
        return request(offer)

    async def suspended() -> Request:
        offer = await cast.fresh_offer()
        admin = await cast.admin()
        assert_ok(await admin.post(f"/v1/admin/listings/{offer.listing.id}/suspend", {"reason": "It lies."}))
        return request(offer)

    return {
        "a draft": draft,
        "an unlisted listing": unlisted,
        "a suspended listing": suspended,
        "a suspended publisher": _of_a_suspended_publisher(cast, request),
    }


def _of_a_suspended_publisher(
    cast: Cast, request: Callable[[market.Release], Request]
) -> Callable[[], Awaitable[Request]]:
    async def make() -> Request:
        publisher = await cast.people.publisher("Susan")
        offer = await market.on_sale(publisher)
        admin = await cast.admin()
        assert_ok(await admin.post(f"/v1/admin/users/{publisher.user_id}/suspend", {"reason": "A fraud."}))
        return request(offer)

    return make


@arranges("GET /v1/public/listings/{listingId}")
async def show_listing(cast: Cast) -> Case:
    def request(offer: market.Release) -> Request:
        return Request(path={"listingId": offer.listing.id})

    return Case(cast.visitor(), request(await cast.offer()), hidden=_hidden_listings(cast, request))


@arranges("GET /v1/public/listings/{listingId}/releases")
async def list_releases(cast: Cast) -> Case:
    def request(offer: market.Release) -> Request:
        return Request(path={"listingId": offer.listing.id}, query={"includeRevoked": "true", "limit": 5})

    return Case(cast.visitor(), request(await cast.offer()), hidden=_hidden_listings(cast, request))


@arranges("GET /v1/public/listings/popular")
@arranges("GET /v1/public/releases")
async def list_market(cast: Cast) -> Case:
    await cast.offer()
    return Case(cast.visitor(), Request(query={"limit": 5}))


@arranges("GET /v1/public/listings/addresses")
async def list_addresses(cast: Cast) -> Case:
    await cast.offer()
    return Case(cast.visitor(), Request(query={"slice": "0a", "limit": 5}))


@arranges("GET /v1/public/listings/{listingId}/installs")
async def show_installs(cast: Cast) -> Case:
    def request(offer: market.Release) -> Request:
        return Request(path={"listingId": offer.listing.id})

    return Case(cast.visitor(), request(await cast.offer()), hidden=_hidden_listings(cast, request))


@arranges("GET /v1/public/releases/{releaseId}")
async def show_release(cast: Cast) -> Case:
    def request(offer: market.Release) -> Request:
        return Request(path={"releaseId": offer.id})

    return Case(cast.visitor(), request(await cast.offer()), hidden=_hidden_listings(cast, request))


@arranges("GET /v1/public/publishers/{publisherId}")
async def show_publisher(cast: Cast) -> Case:
    def request(offer: market.Release) -> Request:
        return Request(path={"publisherId": str(offer.listing.publisher.publisher_id)})

    return Case(
        cast.visitor(),
        request(await cast.offer()),
        hidden={"a suspended publisher": _of_a_suspended_publisher(cast, request)},
    )
