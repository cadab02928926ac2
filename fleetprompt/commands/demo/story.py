"""The demo's story: a publisher, a buyer, an admin and a partner system carry one listing to a redeemed token."""

from __future__ import annotations

import re
import secrets
import time
from html import unescape
from importlib.resources import files
from typing import Final
from urllib.parse import parse_qs, urlsplit

import httpx

from fleetprompt.commands.demo.sample_partner import SYSTEM, SamplePartner
from fleetprompt.commands.demo.stage import Person, Stage
from fleetprompt.commands.instance import Failure
from fleetprompt.partner import NotRedeemable, RedeemClient

REDEEM: Final = "/v1/internal/install/redeem"


class Story:
    """Tells it on a stage."""

    def __init__(self, stage: Stage, admin_email: str, partner: SamplePartner) -> None:
        run = secrets.token_hex(3)
        self._stage = stage
        self._partner = partner
        self._admin = stage.person("The admin", admin_email)
        self._publisher = stage.person("Acme Automation", f"acme-{run}@example.org")
        self._rival = stage.person("Rival Robotics", f"rival-{run}@example.org")
        self._buyer = stage.person("Bea Buyer", f"bea-{run}@example.org")

    def people(self) -> dict[str, Person]:
        """Who can sign in afterwards, by role."""
        return {"publisher": self._publisher, "buyer": self._buyer, "admin": self._admin}

    def tell(self) -> None:
        """From an empty marketplace to a redeemed token. Raises Failure."""
        self._stage.chapter("Publishing")
        listing_id = self._draft()
        release_id = self._release(listing_id)
        self._put_on_sale(listing_id)
        self._stage.chapter("Finding it")
        self._find(listing_id)
        self._stage.chapter("Handing it over")
        key_id, secret = self._partner_key()
        self._stage.register(self._buyer)
        started = time.perf_counter()
        token = self._intend({"listingId": listing_id, "releaseId": release_id, "targetSystem": SYSTEM})
        self._redeem(token, key_id, secret)
        self._stage.close(f"From the intent to the redeemed token: {(time.perf_counter() - started) * 1000:.0f} ms.")
        self._stage.chapter("Handing it over in a browser")
        self._partner.meet(self._stage.url, key_id, secret, listing_id)
        self._bring_over(release_id)

    def _draft(self) -> str:
        stage, publisher = self._stage, self._publisher
        for person in (publisher, self._rival):
            stage.register(person)
            profile = {"displayName": person.name}
            stage.call(
                person, "becomes a publisher", "PUT", "/v1/publisher/profile", profile, show=("publisher.handle",)
            )
        draft = {
            "assetKind": "whs_agent",
            "name": "Invoice triage",
            "summary": "Matches invoices with purchase orders and asks a person where they differ.",
            "description": {"format": "markdown", "markdown": _text("description.md")},
            "tags": ["invoices", "accounts-payable"],
            "categories": ["finance"],
            "links": {"docsUrl": "https://docs.example.com/invoice-triage"},
        }
        path, key = "/v1/publisher/listings", secrets.token_hex(8)
        shown = ("listing.listingId", "listing.status")
        listing = stage.call(publisher, "drafts a listing", "POST", path, draft, key=key, expect=201, show=shown)
        does = "did not see the answer and sends it again, under the same key"
        stage.call(publisher, does, "POST", path, draft, key=key, expect=201, show=shown)
        listing_id = str(listing["listing"]["listingId"])
        does = "looks for a draft of another publisher"
        stage.call(self._rival, does, "GET", f"{path}/{listing_id}", expect=404, show=("error.code",))
        return listing_id

    def _release(self, listing_id: str) -> str:
        body = {
            "version": "1.0.0",
            "refs": {"whsAgentId": "agent-invoice-triage"},
            "assetDigest": "sha256:5e1f0d4c7b2a69382716a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0",
            "compat": {"minWHSVersion": "2.3"},
            "notes": {"format": "markdown", "markdown": _text("notes.md")},
        }
        path = f"/v1/publisher/listings/{listing_id}/releases"
        shown = ("release.releaseId", "release.version", "release.refs")
        release = self._stage.call(self._publisher, "publishes a release", "POST", path, body, expect=201, show=shown)
        return str(release["release"]["releaseId"])

    def _put_on_sale(self, listing_id: str) -> None:
        path, body = f"/v1/publisher/listings/{listing_id}/status", {"status": "published"}
        self._stage.call(self._publisher, "puts the listing on sale", "POST", path, body, show=("listing.status",))

    def _find(self, listing_id: str) -> None:
        anyone = self._stage.person("Anyone", "")
        path = "/v1/public/listings/search?q=invoice+traige"
        self._stage.call(anyone, "searches, with two letters swapped", "GET", path, show=("items.0.name",))
        shown = ("listingDetail.listing.publisher.displayName", "listingDetail.latestRelease.version")
        self._stage.call(anyone, "reads the listing", "GET", f"/v1/public/listings/{listing_id}", show=shown)

    def _partner_key(self) -> tuple[str, str]:
        self._stage.sign_in(self._admin)
        does, body = "gives a partner system its key; the secret is shown once", {"targetSystem": SYSTEM}
        path, shown = "/v1/admin/partner-keys", ("partnerKey.partnerKeyId",)
        issued = self._stage.call(self._admin, does, "POST", path, body, expect=201, show=shown)
        return str(issued["partnerKey"]["partnerKeyId"]), str(issued["secret"])

    def _intend(self, wish: dict[str, object]) -> str:
        shown = ("installIntent.installIntentId", "installIntent.status")
        opened = self._stage.call(
            self._buyer, "opens an install intent", "POST", "/v1/install/intents", wish, expect=201, show=shown
        )
        path = f"/v1/install/intents/{opened['installIntent']['installIntentId']}/token"
        does, shown = "mints an install token, which only this answer shows", ("redeem.mode", "redeem.handoverUrl")
        minted = self._stage.call(self._buyer, does, "POST", path, {}, show=shown)
        return str(minted["installToken"])

    def _redeem(self, token: str, key_id: str, secret: str) -> None:
        tell, partner = self._stage.tell, "The partner system"
        with RedeemClient(self._stage.url, key_id, secret) as client:
            first = client.redeem(token, "whs")
            told = {"installIntent.status": first.install_intent.status, "release.refs": first.release.refs}
            tell(partner, "redeems the token, with a signed request", "POST", REDEEM, 200, told)
            again = client.redeem(token, "whs")
            if not again.replayed or again.install_intent != first.install_intent:
                raise Failure("A redemption was not replayed.")
            told = {"installIntent.status": again.install_intent.status, "Idempotent-Replayed": "true"}
            tell(partner, "asks again, signed anew under the same key", "POST", REDEEM, 200, told)
            try:
                client.redeem(token, "whs", idempotency_key=secrets.token_hex(8))
            except NotRedeemable as refused:
                tell(partner, "tries it under another key", "POST", REDEEM, 404, {"error.code": refused.code})
            else:
                raise Failure("A token was redeemed twice.")

    def _bring_over(self, release_id: str) -> None:
        """What a browser does between the partner's pages and ours, its session there included."""
        tell, partner = self._stage.tell, self._partner
        with httpx.Client(timeout=30, follow_redirects=True) as browser:
            sent_off = browser.get(partner.url).raise_for_status()
            link = re.search(r'href="([^"]+/install\?[^"]+)"', sent_off.text)
            if link is None:
                raise Failure("The sample partner's page has no link to FleetPrompt.")
            asked = {name: values[0] for name, values in parse_qs(urlsplit(unescape(link[1])).query).items()}
            tell(
                "Bea Buyer",
                "is sent to FleetPrompt by the sample partner",
                "GET",
                partner.url,
                200,
                {"state": asked["state"]},
            )
            context = {"telespaceId": asked.pop("telespaceId")}
            token = self._intend({**asked, "releaseId": release_id, "targetContext": context})
            form = {"installToken": token, "state": asked["state"]}
            taken = browser.post(partner.landing_url, data=form).raise_for_status()
        if "<h1>Installed</h1>" not in taken.text:
            raise Failure("The sample partner did not take the token over.")
        told = {"the partner's page": "Installed: it had given this state to this very session"}
        tell("Her browser", "brings the token there, in the body", "POST", partner.landing_url, 303, told)


def _text(name: str) -> str:
    return (files("fleetprompt.commands.demo") / name).read_text(encoding="utf-8")
