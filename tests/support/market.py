"""Listings, releases, intents and tokens, made through the API by those who may (spec 6.5 Requests)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fleetprompt import ids
from fleetprompt.enums import AssetKind
from tests.support.answers import assert_created, assert_ok
from tests.support.people import Person

REFS = {
    AssetKind.WHS_AGENT: {"whsAgentId": "agent-1", "whsDeploymentId": "deployment-1"},
    AssetKind.AGENTROMATIC_WORKFLOW: {"agentromaticWorkflowId": "workflow-1"},
    AssetKind.SPEC_ASSET: {"specAssetId": "spec-1"},
}
"""Lawful refs of each kind."""

TARGET = {
    AssetKind.WHS_AGENT: "whs",
    AssetKind.AGENTROMATIC_WORKFLOW: "agentromatic",
    AssetKind.SPEC_ASSET: "agentelic",
}
"""A system that takes each kind."""


@dataclass
class Listing:
    """A listing and the publisher who made it. body: `listing` as she last saw it."""

    publisher: Person
    body: dict[str, Any]

    @property
    def id(self) -> str:
        """`lst_…`"""
        return str(self.body["listingId"])

    @property
    def kind(self) -> AssetKind:
        """What it lists."""
        return AssetKind(self.body["assetKind"])

    async def set_status(self, status: str) -> None:
        """`draft`, `published` or `unlisted`, as its publisher."""
        answer = await self.publisher.post(f"/v1/publisher/listings/{self.id}/status", {"status": status})
        self.body = assert_ok(answer, "listing")


@dataclass
class Release:
    """A release of a listing. body: `release` as its publisher saw it."""

    listing: Listing
    body: dict[str, Any]

    @property
    def id(self) -> str:
        """`rel_…`"""
        return str(self.body["releaseId"])

    async def revoke(self, reason: str = "It does not work.") -> None:
        """Revoke it as its publisher."""
        answer = await self.listing.publisher.post(f"/v1/publisher/releases/{self.id}/revoke", {"reason": reason})
        self.body = assert_ok(answer, "release")


@dataclass
class Intent:
    """An install intent. body: `installIntent` as its buyer saw it."""

    buyer: Person
    body: dict[str, Any]

    @property
    def id(self) -> str:
        """`int_…`"""
        return str(self.body["installIntentId"])

    @property
    def uuid(self) -> UUID | None:
        """The same as the database has it."""
        return ids.decode("int", self.id)

    @property
    def path(self) -> str:
        """Where the API has it."""
        return f"/v1/install/intents/{self.id}"


@dataclass
class Token:
    """A minted install token. body: the whole InstallTokenResponse."""

    intent: Intent
    body: dict[str, Any]

    @property
    def text(self) -> str:
        """`fpt_…`, the secret itself."""
        return str(self.body["installToken"])


def listing_request(kind: AssetKind = AssetKind.WHS_AGENT, **over: Any) -> dict[str, Any]:
    """The least that creates a listing; `over` adds or replaces fields by their wire names."""
    return {"assetKind": kind.value, "name": f"Atlas {secrets.token_hex(4)}", **over}


def release_request(kind: AssetKind = AssetKind.WHS_AGENT, version: str = "1.0.0", **over: Any) -> dict[str, Any]:
    """The least that publishes a release of a listing of this kind."""
    return {"version": version, "refs": REFS[kind], **over}


def intent_request(offer: Release, target_system: str = "", **over: Any) -> dict[str, Any]:
    """The least that opens an intent for a release, in a system that takes its kind where none is named."""
    system = target_system or TARGET[offer.listing.kind]
    return {"listingId": offer.listing.id, "releaseId": offer.id, "targetSystem": system, **over}


async def listing(publisher: Person, kind: AssetKind = AssetKind.WHS_AGENT, **over: Any) -> Listing:
    """A new draft."""
    answer = await publisher.post("/v1/publisher/listings", listing_request(kind, **over))
    return Listing(publisher, assert_created(answer, "listing"))


async def release(of: Listing, version: str = "1.0.0", **over: Any) -> Release:
    """A new published release."""
    request = release_request(of.kind, version, **over)
    answer = await of.publisher.post(f"/v1/publisher/listings/{of.id}/releases", request)
    return Release(of, assert_created(answer, "release"))


async def on_sale(publisher: Person, kind: AssetKind = AssetKind.WHS_AGENT, **over: Any) -> Release:
    """A release 1.0.0 of a published listing: the release, with the listing in it."""
    made = await release(await listing(publisher, kind, **over))
    await made.listing.set_status("published")
    return made


async def intent(buyer: Person, offer: Release, target_system: str = "", **over: Any) -> Intent:
    """An intent to install `offer`, in a system that takes its kind where none is named."""
    request = intent_request(offer, target_system, **over)
    return Intent(buyer, assert_created(await buyer.post("/v1/install/intents", request), "installIntent"))


async def token(of: Intent, ttl_ms: int | None = None) -> Token:
    """A freshly minted token. ttl_ms: 1 to 60 minutes; 15 minutes where it is None."""
    request = {} if ttl_ms is None else {"ttlMs": ttl_ms}
    return Token(of, assert_ok(await of.buyer.post(f"/v1/install/intents/{of.id}/token", request)))


async def listings_of(publisher: Person) -> list[dict[str, Any]]:
    """Her listings, the newest first."""
    found: list[dict[str, Any]] = assert_ok(await publisher.get("/v1/publisher/listings"))["items"]
    return found


async def intents_of(buyer: Person) -> list[dict[str, Any]]:
    """Her install intents, the newest first."""
    found: list[dict[str, Any]] = assert_ok(await buyer.get("/v1/install/intents"))["items"]
    return found
