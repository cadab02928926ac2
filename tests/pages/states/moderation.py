"""The states of moderation."""

from __future__ import annotations

from dataclasses import dataclass

from tests.pages.scene import DESCRIPTION, Scene
from tests.pages.states.state import State
from tests.support import market
from tests.support.answers import assert_created, assert_ok
from tests.support.market import Listing
from tests.support.people import Person

LISTINGS = "/v1/admin/listings"
EDITED = DESCRIPTION.replace("## How to begin", "## How to pay").replace("It writes no code of its own.", "")


RELEASES = "/moderation/releases"
USERS = "/moderation/users"
KEYS = "/moderation/partner-keys"
AUDIT = "/moderation/audit"


@dataclass(frozen=True)
class Cases:
    """What moderators have before them."""

    reported: Listing
    suspended: Listing
    flagged: Listing
    report_id: str
    resolved_id: str


async def report(person: Person, listing: Listing, kind: str, summary: str) -> str:
    """Report a listing; the report's id."""
    body = {"listingId": listing.id, "kind": kind, "summary": summary}
    return str(assert_created(await person.post("/v1/reports", body), "report")["reportId"])


async def edit(listing: Listing, **fields: object) -> None:
    """Edit a listing as its publisher."""
    listing.body = assert_ok(await listing.publisher.patch(f"/v1/publisher/listings/{listing.id}", fields), "listing")


async def cases_of(scene: Scene) -> Cases:
    """Listings that were reported, flagged and suspended, and edited since."""
    mallory = await scene.app.people.publisher("Mallory Works")
    made = [
        (
            await market.on_sale(
                mallory, name=name, summary="Reviews what you write.", tags=["review"],
                description={"format": "markdown", "markdown": DESCRIPTION},
            )
        ).listing
        for name in ("Revue agent", "Free credits", "Mail reader")
    ]  # fmt: skip
    reported, suspended, flagged = made
    first = await report(scene.bea, reported, "impersonation", "It has the name and words of Ada Labs' agent.")
    resolved = await report(scene.bea, reported, "spam", "It advertises.")
    decision = {"outcome": "dismissed", "reason": "It names its own service."}
    assert_ok(await scene.ines.post(f"/v1/admin/reports/{resolved}/resolve", decision), "report")
    await market.intent(scene.bea, await market.release(reported, "1.1.0"))
    edited = {"format": "markdown", "markdown": EDITED}
    await edit(reported, summary="Reviews pull requests, for a fee.", tags=["review", "paid"], description=edited)
    assert_ok(await scene.ines.post(f"{LISTINGS}/{suspended.id}/suspend", {"reason": "It asks for card numbers."}))
    await edit(suspended, name="Free credit", description=None)
    assert_ok(
        await scene.ines.post(f"{LISTINGS}/{flagged.id}/flag", {"flagged": True, "reason": "Reads mail; ask why."})
    )
    return Cases(reported, suspended, flagged, first, resolved)


async def states(scene: Scene) -> list[State]:
    """What an admin looks at."""
    cases = await cases_of(scene)
    reported, suspended, flagged = (
        f"/moderation/listings/{each.id}" for each in (cases.reported, cases.suspended, cases.flagged)
    )
    reports = "/moderation/reports"
    shown = [
        State("moderation_queue", "waiting", "/moderation"),
        State("moderation_listing", "reported_and_edited", f"{reported}?notice=dismissed"),
        State("moderation_listing", "suspended", suspended),
        State("moderation_listing", "flagged", f"{flagged}?notice=flagged"),
        State("moderation_listing", "calm", f"/moderation/listings/{scene.review.listing.id}"),
        State("moderation_listing", "long", f"/moderation/listings/{scene.extremes['long'].id}"),
        State("moderation_listings", "all", "/moderation/listings"),
        State("moderation_listings", "nothing", "/moderation/listings?q=zzzzzzz&status=draft&flagged=true"),
        State("moderation_listings", "refused", "/moderation/listings?cursor=nonsense", status=400),
        State("suspend_listing", "asked", f"{reported}/suspend"),
        State("suspend_listing", "wrong", f"{reported}/suspend", status=400, press="Suspend the listing"),
        State("reinstate_listing", "edited_since", f"{suspended}/reinstate"),
        State("reinstate_listing", "not_suspended", f"{reported}/reinstate"),
        State("flag_listing", "asked", f"{reported}/flag"),
        State("unflag_listing", "asked", f"{flagged}/unflag"),
        State("reports", "all", reports),
        State("reports", "none", f"{reports}?status=upheld"),
        State("resolve_report", "open", f"{reports}/{cases.report_id}/resolve"),
        State("resolve_report", "resolved", f"{reports}/{cases.resolved_id}/resolve"),
    ]
    shown += await _of_things(scene, cases) + await _of_people(scene) + _of_the_log(scene, cases)
    return [
        *(State(**{**each.__dict__, "who": "admin"}) for each in shown),
        State("moderation_queue", "no_admin", "/moderation", who="publisher", status=403),
    ]


async def _of_things(scene: Scene, cases: Cases) -> list[State]:
    """Releases, install intents and partner keys."""
    last = await market.on_sale(cases.flagged.publisher, name="Last of its kind")
    opened = await market.intent(scene.bea, last)
    await market.token(opened)
    canceled = await market.intent(scene.bea, last)
    assert_ok(await scene.bea.post(f"{canceled.path}/cancel"), "installIntent")
    key = (await scene.app.people.partner("agentromatic", admin=scene.ines, label="Staging")).key_id
    old = (await scene.app.people.partner("agentelic", admin=scene.ines)).key_id
    assert_ok(await scene.ines.post(f"/v1/admin/partner-keys/{old}/revoke"), "partnerKey")
    intents = "/moderation/intents"
    return [
        State("moderation_release", "full", f"{RELEASES}/{scene.review.id}"),
        State("moderation_release", "revoked", f"{RELEASES}/{scene.revoked.id}?notice=revoked"),
        State("moderation_revoke_release", "last", f"{RELEASES}/{last.id}/revoke"),
        State("moderation_revoke_release", "already", f"{RELEASES}/{scene.revoked.id}/revoke"),
        State("moderation_intent", "open", f"{intents}/{opened.id}"),
        State("moderation_intent", "canceled", f"{intents}/{canceled.id}?notice=revoked"),
        State("revoke_intent", "asked", f"{intents}/{opened.id}/revoke"),
        State("partner_keys", "some", f"{KEYS}?notice=revoked"),
        State("new_partner_key", "empty", f"{KEYS}/new"),
        State("new_partner_key", "wrong", f"{KEYS}/new", status=400, press="Issue the key"),
        State("new_partner_key", "created", f"{KEYS}/new", typed={"label": "Production"}, chosen=("WHS",),
              press="Issue the key"),
        State("revoke_partner_key", "only_one", f"{KEYS}/{key}/revoke"),
    ]  # fmt: skip


async def _of_people(scene: Scene) -> list[State]:
    """Users and publishers."""
    spam = await scene.app.people.publisher("Sam Pammer")
    assert_ok(await scene.ines.post(f"/v1/admin/users/{spam.user_id}/suspend", {"reason": "Forty listings, one text."}))
    ada, publishers = scene.ada, "/moderation/publishers"
    return [
        State("users", "all", USERS),
        State("users", "nobody", f"{USERS}?email=nobody%40example.org"),
        State("users", "refused", f"{USERS}?email=nobody", status=400),
        State("user", "publisher", f"{USERS}/{ada.user_id}?notice=changed"),
        State("user", "suspended", f"{USERS}/{spam.user_id}?notice=suspended"),
        State("suspend_user", "asked", f"{USERS}/{ada.user_id}/suspend"),
        State("reinstate_user", "asked", f"{USERS}/{spam.user_id}/reinstate"),
        State("capabilities", "of_publisher", f"{USERS}/{ada.user_id}/capabilities"),
        State("capabilities", "of_buyer", f"{USERS}/{scene.bea.user_id}/capabilities"),
        State("moderation_publisher", "verified", f"{publishers}/{ada.publisher_id}?notice=verified"),
        State("moderation_publisher", "suspended", f"{publishers}/{spam.publisher_id}"),
        State("verification", "asked", f"{publishers}/{ada.publisher_id}/verification"),
    ]


def _of_the_log(scene: Scene, cases: Cases) -> list[State]:
    """The audit log."""
    return [
        State("audit", "all", AUDIT),
        State("audit", "of_listing", f"{AUDIT}?listingId={cases.reported.id}&since=2020-01-01"),
        State("audit", "nothing", f"{AUDIT}?actor={scene.bea.user_id}&type=system.restored"),
        State("audit", "refused", f"{AUDIT}?since=yesterday&type=nonsense", status=400),
    ]
