"""The states of installing, of one install, and of the history of them."""

from __future__ import annotations

from urllib.parse import urlencode

from fleetprompt.enums import AssetKind
from tests.pages.scene import Scene, later
from tests.pages.states.state import State
from tests.support import market
from tests.support.answers import assert_ok
from tests.support.market import Intent

CONFIRM = "Confirm and get the token"
CONTEXT = {"telespaceId": "harbour-7", "roomId": "room-2"}


async def states(scene: Scene) -> list[State]:
    """What a buyer looks at who installs, carries a token over, and looks back."""
    review = scene.review
    link = {"listingId": review.listing.id, "targetSystem": "whs", **CONTEXT, "state": "wish-4f1c"}
    settled = f"/install?{urlencode(link)}"
    chosen = f"/install?listingId={review.listing.id}&releaseId={review.id}"
    revoked = f"/install?listingId={review.listing.id}&releaseId={scene.revoked.id}"
    cannot = f"/install?listingId={review.listing.id}&targetSystem=agentromatic"
    intents = await _intents(scene)
    one = {name: f"/installs/{intent.id}" for name, intent in intents.items()}
    wrong = {"targetContext.telespaceId": "harbour\u202e7"}
    return [
        State("install", "chosen", chosen, who="buyer"),
        State("install", "settled", settled, who="buyer"),
        State("install", "unfit", cannot, who="buyer"),
        State("install", "revoked", revoked, who="buyer"),
        State("install", "of_another", f"/install?listingId={scene.bare.listing.id}&releaseId={review.id}",
              who="buyer", status=404),
        State("install", "bad_link", f"{settled}&targetSystem=github", who="buyer", status=400),
        State("install", "wrong", settled, who="buyer", status=400, typed=wrong, press=CONFIRM),
        State("intent", "token", settled, who="buyer", press=CONFIRM),
        State("intent", "token_to_copy", f"/install?listingId={review.listing.id}&targetSystem=agentelic",
              who="buyer", press=CONFIRM),
        *(State("intent", name, path, who="buyer") for name, path in one.items()),
        State("intent", "not_hers", one["created"], who="publisher", status=404),
        State("cancel_intent", "asked", f"{one['token_issued']}/cancel", who="buyer"),
        State("cancel_intent", "ended", f"{one['redeemed']}/cancel", who="buyer"),
        State("installs", "several", "/installs", who="buyer"),
        State("installs", "redeemed", "/installs?status=redeemed", who="buyer"),
        State("installs", "none", "/installs", who="admin"),
        State("installs", "none_of_these", "/installs?status=redeemed", who="publisher"),
    ]  # fmt: skip


async def _intents(scene: Scene) -> dict[str, Intent]:
    """One of Bea's in each state that looks different."""
    bea = scene.bea
    expired = await market.intent(bea, scene.bare, state="wish-5a2d")
    await later(scene.app.clock, 25, bea, scene.ada, scene.ines)
    partner = await scene.app.people.partner("whs", admin=scene.ines)
    doomed = await market.on_sale(scene.ada, AssetKind.WHS_AGENT, name="Withdrawn helper")
    off_sale = await market.on_sale(scene.ada, AssetKind.SPEC_ASSET, name="Rules of the road")
    intents = {
        "created": await market.intent(bea, scene.review, targetContext=CONTEXT),
        "token_issued": await market.intent(bea, scene.review),
        "redeemed": await market.intent(bea, scene.review, state="wish-4f1c"),
        "canceled": await market.intent(bea, scene.bare),
        "expired": expired,
        "revoked_since": await market.intent(bea, doomed),
        "off_sale": await market.intent(bea, off_sale),
    }
    await market.token(intents["token_issued"])
    for name in ("redeemed", "revoked_since"):
        assert_ok(await partner.redeem((await market.token(intents[name])).text))
    assert_ok(await bea.post(f"{intents['canceled'].path}/cancel"))
    await doomed.revoke("It read files that it should not.")
    await off_sale.listing.set_status("unlisted")
    return intents
