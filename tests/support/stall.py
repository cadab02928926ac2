"""Offers and partner keys that the database's owner put there, and what becomes of them, without asking the API.

For tests of installs that want a listing, release, publisher or buyer in any state, however one gets there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec

from fleetprompt import ids, secrets
from fleetprompt.enums import AssetKind
from tests.support.answers import assert_created, assert_ok
from tests.support.application import App
from tests.support.callers import Caller, Partner
from tests.support.environment import key_ring
from tests.support.market import REFS, TARGET

DIGEST = "sha256:" + "a" * 64
COMPAT = {"minWHSVersion": "2.1"}
ARTIFACTS = [{"kind": "manifest", "sha256": "b" * 64, "sizeBytes": 7, "download": {"mode": "none"}}]


@dataclass(frozen=True)
class Offer:
    """A release with its listing and publisher."""

    kind: AssetKind
    publisher_uuid: UUID
    listing_uuid: UUID
    release_uuid: UUID

    @property
    def listing_id(self) -> str:
        """`lst_…`"""
        return ids.encode("lst", self.listing_uuid)

    @property
    def release_id(self) -> str:
        """`rel_…`"""
        return ids.encode("rel", self.release_uuid)

    @property
    def target_system(self) -> str:
        """A system that takes it."""
        return TARGET[self.kind]

    def request(self, **over: Any) -> dict[str, Any]:
        """The least that opens an intent for it."""
        ours = {"listingId": self.listing_id, "releaseId": self.release_id, "targetSystem": self.target_system}
        return {**ours, **over}


class Stall:
    """Puts offers up and takes them away, in the database of `app`."""

    def __init__(self, app: App) -> None:
        self.app = app
        self._database = app.database

    def on_sale(self, kind: AssetKind = AssetKind.WHS_AGENT) -> Offer:
        """A new publisher's new listing with one published release."""
        offer = Offer(kind, *(ids.new_uuid() for _ in range(3)))
        owner, now_ms = ids.new_uuid(), self.app.clock.now_ms()
        self._database.change(
            "insert into users (id, external_id, email, email_key, display_name, password_hash, buyer_ref_version,"
            " created_at_ms, updated_at_ms) values (%s, %s, %s, %s, 'Ada', 'none', 'v1', %s, %s)",
            *(owner, str(owner), f"{owner}@example.org", f"{owner}@example.org", now_ms, now_ms),
        )
        self._database.change(
            "insert into publishers (id, owner_user_id, handle, display_name, verification_status, search_vector,"
            " created_at_ms, updated_at_ms) values (%s, %s, %s, 'Ada Works', 'unverified', '', %s, %s)",
            *(offer.publisher_uuid, owner, owner.hex, now_ms, now_ms),
        )
        self._database.change(
            "insert into listings (id, publisher_id, asset_kind, status, name, summary, tags, categories, images,"
            " published_releases, latest_release_id, latest_version, latest_published_at_ms, name_key,"
            " search_vector, created_at_ms, updated_at_ms) values (%s, %s, %s, 'published', 'Atlas', '', '{}', '{}',"
            " '[]', 1, %s, '1.0.0', %s, 'atlas', '', %s, %s)",
            *(offer.listing_uuid, offer.publisher_uuid, kind.value, offer.release_uuid, now_ms, now_ms, now_ms),
        )
        self._release(offer, "1.0.0")
        return offer

    def another_release(self, offer: Offer, version: str = "2.0.0") -> Offer:
        """Another published release of the same listing."""
        other = Offer(offer.kind, offer.publisher_uuid, offer.listing_uuid, ids.new_uuid())
        self._release(other, version)
        return other

    def _release(self, offer: Offer, version: str) -> None:
        self._database.change(
            "insert into releases (listing_id, id, publisher_id, version, precedence, is_prerelease, status, refs,"
            " asset_digest, compat, artifacts, published_at_ms)"
            " values (%s, %s, %s, %s, %s, false, 'published', %s, %s, %s, %s, %s)",
            *(offer.listing_uuid, offer.release_uuid, offer.publisher_uuid, version, version),
            *(_json(REFS[offer.kind]), DIGEST, _json(COMPAT), _json(ARTIFACTS), self.app.clock.now_ms()),
        )

    def revoke_release(self, offer: Offer) -> None:
        """`published` to `revoked`; the listing is unlisted, as it has no other release."""
        self.set_status(offer, "unlisted")
        self._change(
            "update releases set status = 'revoked', revoked_at_ms = 1, revoke_reason = 'It is broken.' where id = %s",
            offer.release_uuid,
        )

    def set_status(self, offer: Offer, status: str) -> None:
        """`draft`, `published` or `unlisted`."""
        self._change("update listings set status = %s where id = %s", status, offer.listing_uuid)

    def suspend_listing(self, offer: Offer) -> None:
        """As an admin does it."""
        self._change(
            "update listings set status_before_suspension = status, status = 'suspended', suspended_at_ms = 1,"
            " suspend_reason = 'It is malware.' where id = %s",
            offer.listing_uuid,
        )

    def suspend_publisher(self, offer: Offer) -> None:
        """As an admin does it who suspends the publisher's user."""
        self._change("update publishers set suspended_at_ms = 1 where id = %s", offer.publisher_uuid)

    def suspend_user(self, user_id: str) -> None:
        """As an admin does it."""
        self._change(
            "update users set suspended_at_ms = 1, suspend_reason = 'Stolen account.' where id = %s",
            ids.decode("usr", user_id),
        )

    def partner(self, target_system: str = "whs") -> Partner:
        """A partner system's server with a new active key."""
        key_id, salt, ring = ids.new_uuid(), secrets.new_salt(), key_ring()
        self._database.change(
            "insert into partner_keys (id, target_system, salt, key_version, status, created_at_ms)"
            " values (%s, %s, %s, %s, 'active', %s)",
            *(key_id, target_system, salt, ring.current, self.app.clock.now_ms()),
        )
        secret = secrets.show_partner_secret(secrets.partner_secret(ring, key_id, salt)).reveal()
        body = {"partnerKeyId": ids.encode("prt", key_id), "targetSystem": target_system}
        return Partner(self.app.line, self.app.clock, secret, body)

    def _change(self, statement: str, *values: object) -> None:
        assert self._database.change(statement, *values) == 1


async def intent(buyer: Caller, offer: Offer, **over: Any) -> dict[str, Any]:
    """A new intent, as its buyer sees it."""
    answer = await buyer.post("/v1/install/intents", offer.request(**over))
    body: dict[str, Any] = assert_created(answer, "installIntent")
    return body


async def token(buyer: Caller, of: dict[str, Any], ttl_ms: int | None = None) -> dict[str, Any]:
    """A freshly minted token for an intent: the whole reply."""
    request = {} if ttl_ms is None else {"ttlMs": ttl_ms}
    answer = await buyer.post(f"/v1/install/intents/{of['installIntentId']}/token", request)
    body: dict[str, Any] = assert_ok(answer)
    return body


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
