"""A partner system as small as it can be: its users begin here, install at FleetPrompt, and come back with a token.

It does what a real one has to do (spec 3 Intents, 6.6). Its server redeems the token; no browser does. The landing
page answers the foreign POST with a redirect to a page of its own, because only then does the browser send this
system's session. A token is taken over without asking where its `state` was given to that very session; otherwise
listing, release and publisher are shown, and somebody has to agree. What it installs is a line in a list.
"""

from __future__ import annotations

import hmac
import secrets
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from html import escape
from http.cookies import CookieError, SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from string import Template
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import parse_qs, urlencode, urlsplit

from fleetprompt.partner import NotRedeemable, PartnerError, RedeemClient, Redemption

SYSTEM: Final = "whs"
LANDING_PATH: Final = "/install"
ARRIVALS: Final = "/arrivals/"
STATES_KEPT: Final = 20
COOKIE: Final = "sample_partner"
BODY_BYTES_MAX: Final = 8192
FIELDS_MAX: Final = 8
HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; img-src data:; style-src 'self'; form-action 'self'; base-uri 'none';"
        " frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


@dataclass
class Session:
    """One browser. states: what it was sent to FleetPrompt with. check: what its own forms have to hold."""

    id: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    check: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    states: deque[str] = field(default_factory=lambda: deque(maxlen=STATES_KEPT))
    installed: list[Redemption] = field(default_factory=list)


@dataclass
class Arrival:
    """A token that came and was redeemed, and whether what it stands for is installed here."""

    redemption: Redemption
    is_installed: bool = False


class SamplePartner:
    """Serves this machine alone, under another host than FleetPrompt, so that the two are foreign to each other.

    `with SamplePartner() as partner:` listens at `partner.url`; `partner.meet(...)` gives it what it needs to redeem.
    """

    def __init__(self) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, self))
        self._thread = threading.Thread(target=self._server.serve_forever, name="sample partner", daemon=True)
        self._lock = threading.Lock()
        self._names = secrets.token_bytes(32)
        self._sessions: dict[str, Session] = {}
        self._arrivals: dict[str, Arrival] = {}
        self._client: RedeemClient | None = None
        self._listing_id = ""
        self.fleetprompt = ""

    @property
    def url(self) -> str:
        """Where its users begin."""
        return f"http://localhost:{self._server.server_port}"

    @property
    def landing_url(self) -> str:
        """Where a buyer's browser brings a token: what INSTALL_URLS names."""
        return f"{self.url}{LANDING_PATH}"

    def meet(self, fleetprompt: str, partner_key_id: str, secret_base64: str, listing_id: str) -> None:
        """Get to know FleetPrompt by its PUBLIC_URL, with a key, and the listing that users here want to install."""
        self.fleetprompt, self._listing_id = fleetprompt, listing_id
        self._client = RedeemClient(fleetprompt, partner_key_id, secret_base64)

    def session(self, cookie: str) -> Session:
        """The session that a cookie names, or a new one."""
        with self._lock:
            found = self._sessions.get(cookie) or Session()
            return self._sessions.setdefault(found.id, found)

    def way_in(self, session: Session) -> str:
        """The address at FleetPrompt where this session installs, with a `state` that is its own."""
        state = secrets.token_urlsafe(16)
        session.states.append(state)
        wish = {"listingId": self._listing_id, "targetSystem": SYSTEM, "telespaceId": "harbour-7", "state": state}
        return f"{self.fleetprompt}/install?{urlencode(wish)}"

    def take(self, install_token: str) -> str:
        """Redeem a token that a browser brought. Returns the name of its arrival: the same for the same intent.

        Raises PartnerError: NotRedeemable where there is nothing to be had for it.
        """
        if self._client is None:
            raise RuntimeError("the sample partner has no key yet")
        redemption = self._client.redeem(install_token, SYSTEM)
        name = hmac.digest(self._names, redemption.install_intent.install_intent_id.encode(), "sha256").hex()
        with self._lock:
            self._arrivals.setdefault(name, Arrival(redemption))
        return name

    def arrival(self, name: str, session: Session) -> Arrival | None:
        """What arrived; installed at once where this session set out for it. A `state` counts once."""
        arrival = self._arrivals.get(name)
        state = None if arrival is None else arrival.redemption.install_intent.state
        if arrival is not None and state is not None and state in session.states:
            session.states.remove(state)
            self.install(arrival, session)
        return arrival

    def install(self, arrival: Arrival, session: Session) -> None:
        """Install what arrived, once, however often somebody asks."""
        with self._lock:
            if not arrival.is_installed:
                arrival.is_installed = True
                session.installed.append(arrival.redemption)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _traceback: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        if self._client is not None:
            self._client.close()


class _Handler(BaseHTTPRequestHandler):
    """One request. Nothing of it is logged: its body may hold a token."""

    server_version = "SamplePartner"
    sys_version = ""
    timeout = 10

    def __init__(self, partner: SamplePartner, *arguments: Any) -> None:
        self._partner = partner
        super().__init__(*arguments)

    def do_GET(self) -> None:
        """The first page, what arrived, and the style of both."""
        path = urlsplit(self.path).path
        if path == "/style.css":
            self._send(200, _text("sample_partner.css"), {"Content-Type": "text/css; charset=utf-8"})
            return
        session = self._session()
        arrival = self._partner.arrival(path.removeprefix(ARRIVALS), session)
        if path == "/":
            self._page("Your telespace", _home(session, self._partner.way_in(session)), session=session)
        elif arrival is not None:
            self._page(*_arrival(arrival, session, path), session=session)
        else:
            self._page("Nothing here", status=404)

    def do_POST(self) -> None:
        """A token that is brought, or an agreement to what arrived."""
        path, fields = urlsplit(self.path).path, self._fields()
        if fields is None:
            self._page("This cannot be read", status=400)
        elif path == LANDING_PATH:
            self._take(fields.get("installToken", ""))
        else:
            self._agree(path, fields.get("check", ""))

    def log_message(self, *_: Any) -> None:
        """Nothing."""

    def _take(self, install_token: str) -> None:
        """The browser comes from FleetPrompt's page, and so without the cookie of its session here."""
        try:
            name = self._partner.take(install_token)
        except NotRedeemable:
            self._see_other(f"{self._partner.fleetprompt}/installs")
        except PartnerError as error:
            told = f"<p>FleetPrompt cannot be asked: {escape(error.code)}. Go back, and hand it over again.</p>"
            self._page("Not just now", told, status=503)
        else:
            self._see_other(f"{ARRIVALS}{name}")

    def _agree(self, path: str, check: str) -> None:
        session = self._session()
        arrival = self._partner.arrival(path.removeprefix(ARRIVALS), session)
        if arrival is None:
            self._page("Nothing here", status=404)
        elif not hmac.compare_digest(check.encode(), session.check.encode()):
            self._page("This form is not of your session", status=403)
        else:
            self._partner.install(arrival, session)
            self._see_other(path)

    def _fields(self) -> dict[str, str] | None:
        """What was sent, the last value of each field; None where it is no small form."""
        try:
            length = int(self.headers.get("Content-Length", ""))
            if not 0 <= length <= BODY_BYTES_MAX:
                return None
            if self.headers.get_content_type() != "application/x-www-form-urlencoded":
                return None
            body = self.rfile.read(length).decode("ascii")
            return {name: values[-1] for name, values in parse_qs(body, max_num_fields=FIELDS_MAX).items()}
        except ValueError:
            return None

    def _session(self) -> Session:
        try:
            cookies = SimpleCookie(self.headers.get("Cookie", ""))
        except CookieError:
            cookies = SimpleCookie()
        return self._partner.session(cookies[COOKIE].value if COOKIE in cookies else "")

    def _page(self, title: str, body: str = "", *, status: int = 200, session: Session | None = None) -> None:
        page = Template(_text("sample_partner.html")).substitute(title=escape(title), body=body)
        cookie = {} if session is None else {"Set-Cookie": f"{COOKIE}={session.id}; Path=/; HttpOnly; SameSite=Lax"}
        self._send(status, page, {"Content-Type": "text/html; charset=utf-8", **cookie})

    def _see_other(self, url: str) -> None:
        self._send(303, "", {"Location": url})

    def _send(self, status: int, text: str, headers: Mapping[str, str]) -> None:
        body = text.encode()
        self.send_response(status)
        for name, value in {**HEADERS, **headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


def _home(session: Session, way_in: str) -> str:
    installed = "".join(f"<li>{_name(each)}</li>" for each in session.installed)
    return f'<p><a href="{escape(way_in)}">Install an agent from FleetPrompt</a></p><h2>Installed here</h2>' + (
        f"<ul>{installed}</ul>" if installed else "<p>Nothing yet.</p>"
    )


def _arrival(arrival: Arrival, session: Session, path: str) -> tuple[str, str]:
    """Title and body of the page about what arrived."""
    facts = _facts(arrival.redemption)
    if arrival.is_installed:
        return "Installed", f'{facts}<p><a href="/">Back to your telespace</a></p>'
    asked = "<p>This did not begin here. Install it only if you know who sent you.</p>"
    form = (
        f'<form method="post" action="{escape(path)}"><input type="hidden" name="check" value="{session.check}">'
        "<button>Install it</button></form>"
    )
    return "Install this?", asked + facts + form


def _name(redemption: Redemption) -> str:
    return f"{escape(redemption.listing.name)} <code>{escape(redemption.release.version)}</code>"


def _facts(redemption: Redemption) -> str:
    """What was handed over, as it came."""
    intent, release = redemption.install_intent, redemption.release
    facts = {
        "Listing": redemption.listing.name,
        "Release": release.version,
        "Publisher": f"{redemption.publisher.display_name} (@{redemption.publisher.handle})",
        "Agent": release.refs.whs_agent_id or "none",
        "Pinned to": release.asset_digest or "not pinned",
        "Telespace": intent.target_context.telespace_id or "not said",
        "Your reference": redemption.buyer.buyer_ref,
        "State": intent.state or "none",
    }
    rows = "".join(f"<dt>{name}</dt><dd><code>{escape(value)}</code></dd>" for name, value in facts.items())
    return f"<dl>{rows}</dl>"


@cache
def _text(name: str) -> str:
    return (files("fleetprompt.commands.demo") / name).read_text(encoding="utf-8")
