"""A small HTTP server that checks signatures as FleetPrompt does, redeems, and fails on demand."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from fleetprompt.web.signatures import SignatureReason, SignatureRefused, SignedRequest, parse, verify

KEY_ID = "prt_01kaj3x5rhf4zvd0xk6qtbn8my"
SECRET = bytes(range(200, 232))
TOKEN = "fpt_01kaj3x5rhf4zvd0xk6qtbn8mz_" + "Zk7" * 14 + "A"

REDEMPTION: dict[str, Any] = {
    "installIntent": {
        "installIntentId": "int_01kaj3x5rhf4zvd0xk6qtbn8my",
        "listingId": "lst_01kaj3x5rhf4zvd0xk6qtbn8my",
        "releaseId": "rel_01kaj3x5rhf4zvd0xk6qtbn8my",
        "targetSystem": "whs",
        "targetContext": {"roomId": "room-7"},
        "state": "opaque",
        "status": "redeemed",
        "expiresAtMs": 1_795_086_400_000,
        "createdAtMs": 1_795_000_000_000,
        "updatedAtMs": 1_795_000_001_000,
    },
    "buyer": {"buyerRef": "b-1"},
    "publisher": {
        "publisherId": "pub_01kaj3x5rhf4zvd0xk6qtbn8my",
        "handle": "acme",
        "displayName": "Acme",
        "verified": {"status": "verified", "checkedAtMs": 1_794_000_000_000},
    },
    "listing": {"listingId": "lst_01kaj3x5rhf4zvd0xk6qtbn8my", "assetKind": "whs_agent", "name": "Triage"},
    "release": {
        "releaseId": "rel_01kaj3x5rhf4zvd0xk6qtbn8my",
        "version": "1.2.3",
        "refs": {"whsAgentId": "agent-9"},
        "compat": {"minWHSVersion": "2.0.0"},
        "artifacts": [
            {"kind": "manifest", "sha256": "ab" * 32, "sizeBytes": 12, "download": {"mode": "none"}},
        ],
    },
}
_REPLY = {**REDEMPTION, "fieldOfALaterVersion": {"a": [1]}}


class Fault(StrEnum):
    """What goes wrong with one request instead of a reply."""

    LOST_REPLY = "the work is done and the connection closed"
    CUT_REPLY = "the work is done and half a reply sent"
    RATE_LIMITED = "429"
    UNAVAILABLE = "503"
    INTERNAL = "500"
    PROXY_DOWN = "502 with a proxy's page"
    REDIRECT = "307"
    STRANGER = "404 with a page of someone else"
    NONSENSE = "200 with a page of someone else"
    CLOCK_BEHIND = "the server's clock is ten minutes behind"
    COOKIE = "a load balancer sets a cookie"


@dataclass
class Redeems:
    """What the server saw and did."""

    faults: list[Fault] = field(default_factory=list)
    url: str = ""
    signed: list[SignedRequest] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    at_s: list[float] = field(default_factory=list)
    reasons: list[SignatureReason] = field(default_factory=list)
    redeemed: int = 0
    _nonces: set[str] = field(default_factory=set)
    _ledger: set[str] = field(default_factory=set)

    def check(self, path: str, headers: list[tuple[str, str]], body: bytes, now_s: int) -> SignedRequest:
        """The signature of one request, in the order of FleetPrompt."""
        raw = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers]
        bare, _, query = path.partition("?")
        request = parse("POST", bare.encode(), query.encode(), raw, [self.url.partition("://")[2]])
        verify(request, [SECRET] if request.key_id == KEY_ID else [], body, now_s)
        if request.nonce in self._nonces:
            raise SignatureRefused(SignatureReason.NONCE_REUSED)
        self._nonces.add(request.nonce)
        self.signed.append(request)
        return request

    def answer(self, path: str, key: str, body: bytes) -> tuple[int, dict[str, str], object]:
        """Status, headers and body for a request whose signature is sound."""
        if path == "/v1/internal/ping":
            return 200, {}, {"partnerKeyId": KEY_ID, "targetSystem": "whs", "serverTimeMs": int(time.time() * 1000)}
        command = json.loads(body)
        if command["targetSystem"] == "unheard-of":
            problem = {"fieldName": "targetSystem", "message": "is not one of them"}
            return 400, {}, envelope("VALIDATION_FAILED", {"fields": [problem]})
        if key in self._ledger:
            return 200, {"Idempotent-Replayed": "true"}, _REPLY
        if command["installToken"] != TOKEN or self.redeemed:
            return 404, {}, envelope("NOT_FOUND")
        self.redeemed += 1
        self._ledger.add(key)
        return 200, {}, _REPLY


def envelope(code: str, details: object = None) -> dict[str, object]:
    """An error as FleetPrompt sends it."""
    error: dict[str, object] = {"code": code, "message": f"It is {code}.", "requestId": "req_1"}
    return {"error": {**error, "details": details} if details else error}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    redeems: Redeems

    def do_POST(self) -> None:
        redeems = self.redeems
        body = self.rfile.read(int(self.headers["Content-Length"]))
        redeems.at_s.append(time.monotonic())
        redeems.headers.append({name.lower(): value for name, value in self.headers.items()})
        fault = redeems.faults.pop(0) if redeems.faults else None
        now_s = int(time.time()) - (600 if fault is Fault.CLOCK_BEHIND else 0)
        try:
            request = redeems.check(self.path, self.headers.items(), body, now_s)
        except SignatureRefused as refused:
            redeems.reasons.append(refused.reason)
            ping = self.path == "/v1/internal/ping" and refused.hint
            self.reply(401, {}, envelope("UNAUTHENTICATED", {"hint": refused.hint} if ping else None))
            return
        match fault:
            case Fault.RATE_LIMITED:
                self.reply(429, {"Retry-After": "1"}, envelope("RATE_LIMITED"))
            case Fault.UNAVAILABLE:
                self.reply(503, {"Retry-After": "0"}, envelope("UNAVAILABLE"))
            case Fault.INTERNAL:
                self.reply(500, {}, envelope("INTERNAL"))
            case Fault.PROXY_DOWN:
                self.reply(502, {}, "<html>bad gateway</html>")
            case Fault.REDIRECT:
                self.reply(307, {"Location": f"{redeems.url}/elsewhere"}, "")
            case Fault.STRANGER:
                self.reply(404, {}, "<html>not here</html>")
            case Fault.NONSENSE:
                self.reply(200, {}, "<html>welcome</html>")
            case _:
                self.work(request, body, fault)

    def work(self, request: SignedRequest, body: bytes, fault: Fault | None) -> None:
        status, headers, content = self.redeems.answer(self.path, request.idempotency_key, body)
        if fault is Fault.COOKIE:
            headers = {**headers, "Set-Cookie": "balancer=1; Path=/"}
        if fault is Fault.LOST_REPLY:
            self.close_connection = True
        else:
            self.reply(status, headers, content, cut=fault is Fault.CUT_REPLY)

    def reply(self, status: int, headers: dict[str, str], content: object, cut: bool = False) -> None:
        data = content.encode() if isinstance(content, str) else json.dumps(content).encode()
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(data))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data[: len(data) // 2] if cut else data)
        self.close_connection = self.close_connection or cut

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Nothing: the tests look at `Redeems`."""


@contextlib.contextmanager
def serving(*faults: Fault) -> Iterator[Redeems]:
    """The server on a loopback port of its own. The first requests meet `faults`, one each."""
    redeems = Redeems(list(faults))
    handler = type("Handler", (_Handler,), {"redeems": redeems})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        redeems.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield redeems
        finally:
            server.shutdown()
            thread.join()
