"""The demo's story: publisher, buyer, admin and partner, each request shown with what matters in its answer."""

from __future__ import annotations

import secrets
import time
from typing import Any, Final

import httpx
from rich.console import Console
from rich.markup import escape

from fleetprompt.commands.instance import Failure
from fleetprompt.partner import NotRedeemable, RedeemClient

DESCRIPTION: Final = """\
# Invoice triage

Reads incoming invoices, matches them with purchase orders and **asks a person** where they differ.

| step | what happens | who decides |
|:-----|:-------------|:------------|
| read | the invoice is parsed and its totals are checked | the agent |
| match | lines are matched with open purchase orders | the agent |
| ask | differences above a limit you set are put to a person | you |

## Why it is careful

1. It never pays anything by itself.
2. It keeps no copy of an invoice; it stores references.
3. It says *why* it matched two lines.

> Everything it proposes can be undone until a person has agreed.

See the [operator's guide](https://docs.example.com/invoice-triage) for limits and languages. ~~Beta~~ Stable since 1.0.
"""
PARAGRAPH: Final = (
    "It was built for accounts payable teams that handle several hundred invoices a day in more than one language, "
    "and for whom a wrong payment costs more than a late one.\n\n"
)


class Person:
    """Somebody with a browser session."""

    def __init__(self, url: str, name: str, email: str, password: str) -> None:
        self.name = name
        self.email = email
        self.password = password
        self.http = httpx.Client(base_url=url, timeout=30)
        self.csrf = ""


class Story:
    """Tells it, and stops with a Failure at the first answer that is not what it should be."""

    def __init__(self, console: Console, url: str, admin_email: str, password: str) -> None:
        self._console = console
        self._url = url
        self._password = password
        self._step = 0
        self._run = secrets.token_hex(3)
        self._admin = Person(url, "admin", admin_email, password)
        self._publisher = self._person("Acme Automation")
        self._rival = self._person("Rival Robotics")
        self._buyer = self._person("Bea Buyer")

    def accounts(self) -> dict[str, str]:
        """Who can sign in afterwards."""
        return {"publisher": self._publisher.email, "buyer": self._buyer.email, "admin": self._admin.email}

    def tell(self) -> None:
        """From an empty marketplace to a redeemed token. Raises Failure."""
        for person in (self._publisher, self._rival, self._buyer):
            self._register(person)
        listing_id = self._draft()
        release_id = self._release(listing_id)
        self._put_on_sale(listing_id)
        started = time.perf_counter()
        token = self._intend(listing_id, release_id)
        self._hand_over(token)
        milliseconds = (time.perf_counter() - started) * 1000
        self._console.print(f"\n[bold]The whole handoff, from intent to redemption, took {milliseconds:.0f} ms[/bold]")

    def _person(self, name: str) -> Person:
        return Person(self._url, name, f"{name.split()[0].lower()}-{self._run}@example.org", self._password)

    def _register(self, person: Person) -> None:
        body = {"email": person.email, "password": self._password, "displayName": person.name}
        self._call(person, "POST", "/v1/auth/register", 201, body)
        person.csrf = person.http.get("/v1/me").json()["csrfToken"]

    def _draft(self) -> str:
        self._call(self._publisher, "PUT", "/v1/publisher/profile", 200, {"displayName": "Acme Automation"})
        self._call(self._rival, "PUT", "/v1/publisher/profile", 200, {"displayName": "Rival Robotics"})
        body = {
            "assetKind": "whs_agent",
            "name": "Invoice triage",
            "summary": "Matches invoices with purchase orders and asks a person where they differ.",
            "description": {"format": "markdown", "markdown": DESCRIPTION + PARAGRAPH * 40},
            "tags": ["invoices", "accounts-payable"],
            "categories": ["finance"],
            "links": {"docsUrl": "https://docs.example.com/invoice-triage"},
        }
        key = secrets.token_hex(8)
        listing = self._call(self._publisher, "POST", "/v1/publisher/listings", 201, body, key, show="listing.status")
        self._call(
            self._publisher, "POST", "/v1/publisher/listings", 201, body, key, why="the same key again: a replay"
        )
        listing_id = str(listing["listing"]["listingId"])
        self._call(
            self._rival, "GET", f"/v1/publisher/listings/{listing_id}", 404, why="another publisher may not know of it"
        )
        return listing_id

    def _release(self, listing_id: str) -> str:
        body = {
            "version": "1.0.0",
            "refs": {"whsAgentId": "agent-invoice-triage"},
            "assetDigest": "sha256:" + "5e" * 32,
            "notes": {"format": "markdown", "markdown": "The first **stable** release."},
        }
        path = f"/v1/publisher/listings/{listing_id}/releases"
        release = self._call(self._publisher, "POST", path, 201, body, show="release.version")
        return str(release["release"]["releaseId"])

    def _put_on_sale(self, listing_id: str) -> None:
        path = f"/v1/publisher/listings/{listing_id}/status"
        self._call(self._publisher, "POST", path, 200, {"status": "published"}, show="listing.status")
        self._call(
            self._buyer, "GET", "/v1/public/listings/search?q=invoice+traige", 200, why="a swapped letter is forgiven"
        )
        self._call(self._buyer, "GET", f"/v1/public/listings/{listing_id}", 200, show="listingDetail.listing.name")

    def _intend(self, listing_id: str, release_id: str) -> str:
        body = {"listingId": listing_id, "releaseId": release_id, "targetSystem": "whs"}
        intent = self._call(self._buyer, "POST", "/v1/install/intents", 201, body, show="installIntent.status")
        path = f"/v1/install/intents/{intent['installIntent']['installIntentId']}/token"
        minted = self._call(self._buyer, "POST", path, None, {}, why="the token is shown once, here as ***")
        return str(minted["installToken"])

    def _hand_over(self, token: str) -> None:
        login = {"email": self._admin.email, "password": self._password}
        self._call(self._admin, "POST", "/v1/auth/login", 200, login)
        self._admin.csrf = self._admin.http.get("/v1/me").json()["csrfToken"]
        key = self._call(self._admin, "POST", "/v1/admin/partner-keys", 201, {"targetSystem": "whs"})
        with RedeemClient(self._url, key["partnerKey"]["partnerKeyId"], key["secret"]) as partner:
            redemption = partner.redeem(token, "whs")
            self._say("partner", "POST", "/v1/internal/install/redeem", 200, f"refs {redemption.release.refs}")
            partner.redeem(token, "whs")
            self._say("partner", "POST", "/v1/internal/install/redeem", 200, "signed anew, same key: a replay")
            try:
                partner.redeem(token, "whs", idempotency_key=secrets.token_hex(8))
            except NotRedeemable:
                self._say("partner", "POST", "/v1/internal/install/redeem", 404, "under another key: redeemed already")
            else:
                raise Failure("A token was redeemed twice.")

    def _call(
        self,
        person: Person,
        method: str,
        path: str,
        expected: int | None,
        body: dict[str, Any] | None = None,
        key: str | None = None,
        *,
        show: str = "",
        why: str = "",
    ) -> dict[str, Any]:
        headers = (
            {"Idempotency-Key": key or secrets.token_hex(8), "X-CSRF-Token": person.csrf} if body is not None else {}
        )
        answer = person.http.request(method, path, json=body, headers=headers)
        data: dict[str, Any] = answer.json()
        if (expected is not None and answer.status_code != expected) or answer.status_code >= 500:
            raise Failure(f"{method} {path} answered {answer.status_code} instead of {expected}: {answer.text}")
        replay = "replayed" if answer.headers.get("Idempotent-Replayed") else ""
        shown = f"{show} = {_dig(data, show)}" if show else data.get("error", {}).get("code", "")
        self._say(
            person.name, method, path, answer.status_code, "; ".join(part for part in (shown, replay, why) if part)
        )
        return data

    def _say(self, who: str, method: str, path: str, status: int, text: str) -> None:
        self._step += 1
        colour = "green" if status < 400 else "yellow"
        self._console.print(
            f"[dim]{self._step:>2}[/dim] {escape(who):<16} {method:<4} {escape(path)}  "
            f"[{colour}]{status}[/{colour}]  {escape(text)}"
        )


def _dig(data: Any, path: str) -> Any:
    for name in path.split("."):
        data = data[name]
    return data
