"""What admins see and do, and the reports that buyers make."""

from __future__ import annotations

from typing import Any

from fleetprompt.enums import EventType
from tests.operations.cases import Case, Request, arranges
from tests.operations.cast import Cast
from tests.support import market
from tests.support.answers import assert_ok

REASON = {"reason": "It lies about what it does."}
OTHER_REASON = {"reason": "It lies."}


async def _report(cast: Cast) -> dict[str, Any]:
    offer = await cast.offer()
    body = {"listingId": offer.listing.id, "kind": "malware", "summary": "It reads my mail."}
    answer = await (await cast.buyer()).post("/v1/reports", body)
    assert answer.is_success, answer.text
    reported: dict[str, Any] = answer.json()["report"]
    return reported


@arranges("POST /v1/reports")
async def report(cast: Cast) -> Case:
    offer = await cast.fresh_offer()
    body = {"listingId": offer.listing.id, "kind": "malware", "summary": "It reads my mail."}

    async def a_draft() -> Request:
        return Request(body={**body, "listingId": (await market.listing(await cast.publisher())).id})

    return Case(
        await cast.buyer(),
        Request(body=body),
        other={**body, "kind": "spam"},
        hidden={"a draft": a_draft},
        events=[EventType.LISTING_REPORTED],
        move_on=lambda: offer.listing.set_status("unlisted"),
    )


@arranges("GET /v1/admin/listings")
async def list_listings(cast: Cast) -> Case:
    owner = (await cast.offer()).listing.publisher.publisher_id
    query = {"flagged": "false", "status": "published", "publisherId": owner, "q": "atlas", "limit": 5}
    return Case(await cast.admin(), Request(query=query))


@arranges("GET /v1/admin/listings/{listingId}")
async def show_listing(cast: Cast) -> Case:
    return Case(await cast.admin(), Request(path={"listingId": (await cast.offer()).listing.id}))


@arranges("GET /v1/admin/listings/{listingId}/releases")
async def list_releases(cast: Cast) -> Case:
    return Case(await cast.admin(), Request(path={"listingId": (await cast.offer()).listing.id}, query={"limit": 5}))


async def _edited(cast: Cast) -> str:
    listing = (await cast.fresh_offer()).listing
    answer = await listing.publisher.patch(f"/v1/publisher/listings/{listing.id}", {"summary": "It maps."})
    assert_ok(answer, "listing")
    return listing.id


@arranges("GET /v1/admin/listings/{listingId}/revisions")
async def list_revisions(cast: Cast) -> Case:
    return Case(await cast.admin(), Request(path={"listingId": await _edited(cast)}, query={"limit": 5}))


@arranges("GET /v1/admin/listings/{listingId}/revisions/{revision}")
async def show_revision(cast: Cast) -> Case:
    path = {"listingId": await _edited(cast), "revision": "1"}
    return Case(await cast.admin(), Request(path=path), fixed=frozenset({"revision"}))


@arranges("GET /v1/admin/releases/{releaseId}")
async def show_release(cast: Cast) -> Case:
    return Case(await cast.admin(), Request(path={"releaseId": (await cast.offer()).id}))


@arranges("POST /v1/admin/listings/{listingId}/suspend")
async def suspend_listing(cast: Cast) -> Case:
    offer = await cast.fresh_offer()
    return Case(
        await cast.admin(),
        Request(path={"listingId": offer.listing.id}, body=REASON),
        other=OTHER_REASON,
        events=[EventType.LISTING_SUSPENDED],
    )


@arranges("POST /v1/admin/listings/{listingId}/reinstate")
async def reinstate_listing(cast: Cast) -> Case:
    offer = await cast.fresh_offer()
    admin = await cast.admin()
    assert_ok(await admin.post(f"/v1/admin/listings/{offer.listing.id}/suspend", REASON))
    seen = {"If-Match": offer.listing.body["etag"]}
    request = Request(path={"listingId": offer.listing.id}, body=REASON, headers=seen)
    return Case(
        admin,
        request,
        other=OTHER_REASON,
        unfit={"a stale view": request.with_headers({"If-Match": '"999"'})},
        events=[EventType.LISTING_REINSTATED],
    )


@arranges("POST /v1/admin/listings/{listingId}/flag")
async def flag_listing(cast: Cast) -> Case:
    offer = await cast.fresh_offer()
    request = Request(path={"listingId": offer.listing.id}, body={"flagged": True, **REASON})
    return Case(
        await cast.admin(),
        request,
        other={"flagged": True, **OTHER_REASON},
        unfit={"a flag that is not there": request.with_body(flagged=False)},
        events=[EventType.LISTING_FLAGGED],
    )


@arranges("POST /v1/admin/releases/{releaseId}/revoke")
async def revoke_release(cast: Cast) -> Case:
    offer = await cast.fresh_offer()
    return Case(
        await cast.admin(),
        Request(path={"releaseId": offer.id}, body=REASON),
        other=OTHER_REASON,
        events=[EventType.RELEASE_REVOKED, EventType.LISTING_STATUS_CHANGED],
        caused=[EventType.LISTING_STATUS_CHANGED],
    )


@arranges("GET /v1/admin/publishers/{publisherId}")
async def show_publisher(cast: Cast) -> Case:
    publisher = await cast.publisher()
    return Case(await cast.admin(), Request(path={"publisherId": str(publisher.publisher_id)}))


@arranges("POST /v1/admin/publishers/{publisherId}/verification")
async def set_verification(cast: Cast) -> Case:
    publisher = await cast.people.publisher("Vera")
    request = Request(path={"publisherId": str(publisher.publisher_id)}, body={"status": "verified", **REASON})
    return Case(
        await cast.admin(),
        request,
        other={"status": "failed", **REASON},
        unfit={"a verification that is not there": request.with_body(status="unverified")},
        events=[EventType.PUBLISHER_VERIFICATION_SET],
    )


@arranges("GET /v1/admin/users/{userId}")
async def show_user(cast: Cast) -> Case:
    return Case(await cast.admin(), Request(path={"userId": (await cast.publisher()).user_id}))


@arranges("POST /v1/admin/users/{userId}/suspend")
async def suspend_user(cast: Cast) -> Case:
    person = await cast.people.publisher("Susan")
    return Case(
        await cast.admin(),
        Request(path={"userId": person.user_id}, body=REASON),
        other=OTHER_REASON,
        events=[EventType.USER_SUSPENDED],
    )


@arranges("POST /v1/admin/users/{userId}/reinstate")
async def reinstate_user(cast: Cast) -> Case:
    person = await cast.people.publisher("Susan")
    admin = await cast.admin()
    assert_ok(await admin.post(f"/v1/admin/users/{person.user_id}/suspend", REASON))
    return Case(
        admin,
        Request(path={"userId": person.user_id}, body=REASON),
        other=OTHER_REASON,
        events=[EventType.USER_REINSTATED],
    )


@arranges("GET /v1/admin/intents/{installIntentId}")
async def show_intent(cast: Cast) -> Case:
    intent = await market.intent(await cast.buyer(), await cast.offer())
    return Case(await cast.admin(), Request(path={"installIntentId": intent.id}))


@arranges("POST /v1/admin/intents/{installIntentId}/revoke")
async def revoke_intent(cast: Cast) -> Case:
    intent = await market.intent(await cast.buyer(), await cast.offer())
    await market.token(intent)
    return Case(
        await cast.admin(),
        Request(path={"installIntentId": intent.id}, body=REASON),
        other=OTHER_REASON,
        events=[EventType.INSTALL_INTENT_REVOKED, EventType.INSTALL_TOKEN_REVOKED],
        caused=[EventType.INSTALL_TOKEN_REVOKED],
    )


@arranges("GET /v1/admin/reports")
async def list_reports(cast: Cast) -> Case:
    made = await _report(cast)
    query = {"status": "open", "listingId": made["listingId"], "limit": 5}
    return Case(await cast.admin(), Request(query=query))


@arranges("GET /v1/admin/reports/{reportId}")
async def show_report(cast: Cast) -> Case:
    return Case(await cast.admin(), Request(path={"reportId": (await _report(cast))["reportId"]}))


@arranges("GET /v1/admin/queue")
async def queue(cast: Cast) -> Case:
    await _report(cast)
    return Case(await cast.admin(), Request(query={"limit": 5}))


@arranges("POST /v1/admin/reports/{reportId}/resolve")
async def resolve_report(cast: Cast) -> Case:
    made = await _report(cast)
    return Case(
        await cast.admin(),
        Request(path={"reportId": made["reportId"]}, body={"outcome": "upheld", **REASON}),
        other={"outcome": "dismissed", **REASON},
        events=[EventType.REPORT_RESOLVED],
    )


@arranges("GET /v1/admin/audit")
async def audit(cast: Cast) -> Case:
    admin, intent = await cast.admin(), await market.intent(await cast.buyer(), await cast.offer())
    await market.token(intent)
    await market.token(intent)
    about = {"installIntentId": intent.id, "type": "install_token.revoked"}
    (effect,) = assert_ok(await admin.get("/v1/admin/audit", params=about))["items"]
    query = {
        **about,
        "actor": effect["actor"]["id"],
        "listingId": effect["listingId"],
        "releaseId": effect["releaseId"],
        "requestId": effect["requestId"],
        "eventId": effect["eventId"],
        "causeEventId": effect["causeEventId"],
        "sinceMs": 0,
        "untilMs": 253_402_300_799_999,
        "limit": 5,
    }
    return Case(admin, Request(query=query))
