"""What the demo is told on: people with browser sessions, and each request printed with what matters in its answer."""

from __future__ import annotations

import secrets
from typing import Any, Final

import httpx
import msgspec
from rich.console import Console
from rich.markup import escape

from fleetprompt.commands.instance import Failure

INDENT: Final = " " * 4


class Person:
    """Somebody with a browser session at the server."""

    def __init__(self, url: str, name: str, email: str) -> None:
        self.name = name
        self.email = email
        self.http = httpx.Client(base_url=url, timeout=30)
        self.csrf_token = ""


class Stage:
    """Sends and prints; stops with a Failure at the first answer that is not what it should be."""

    def __init__(self, console: Console, url: str, password: str) -> None:
        self.url = url
        self._console = console
        self._password = password
        self._step = 0

    def chapter(self, title: str) -> None:
        """What the next steps are about."""
        self._console.print(f"\n[bold]{escape(title)}[/bold]")

    def close(self, text: str) -> None:
        """What it came to."""
        self._console.print(f"\n[bold]{escape(text)}[/bold]")

    def person(self, name: str, email: str) -> Person:
        """Somebody who is about to register or sign in."""
        return Person(self.url, name, email)

    def register(self, person: Person) -> None:
        """Let somebody register, and keep the token that her later writes carry."""
        body = {"email": person.email, "password": self._password, "displayName": person.name}
        self.call(person, "registers", "POST", "/v1/auth/register", body, expect=201, show=("user.userId",))
        self._remember_csrf_token(person)

    def sign_in(self, person: Person) -> None:
        """Let somebody sign in."""
        body = {"email": person.email, "password": self._password}
        self.call(person, "signs in", "POST", "/v1/auth/login", body, show=("user.capabilities",))
        self._remember_csrf_token(person)

    def call(
        self,
        person: Person,
        does: str,
        method: str,
        path: str,
        body: dict[str, Any] | None = None,
        *,
        key: str | None = None,
        expect: int = 200,
        show: tuple[str, ...] = (),
    ) -> Any:
        """Send one request and print it; returns the decoded answer.

        show: paths into the answer that matter. expect: the status that it must have. Raises Failure.
        """
        headers = {"X-CSRF-Token": person.csrf_token, "Idempotency-Key": key or secrets.token_hex(8)}
        answer = person.http.request(method, path, json=body, headers=headers if body is not None else None)
        if answer.status_code != expect:
            raise Failure(f"{method} {path} answered {answer.status_code} instead of {expect}: {answer.text}")
        reply = answer.json()
        shown = {place: _at(reply, place) for place in show}
        if replayed := answer.headers.get("Idempotent-Replayed"):
            shown["Idempotent-Replayed"] = replayed
        self.tell(person.name, does, method, path, answer.status_code, shown)
        return reply

    def tell(self, who: str, does: str, method: str, path: str, status: int, shown: dict[str, Any]) -> None:
        """Print one step: who does what, the request, its status, and what matters in the answer."""
        self._step += 1
        colour = "green" if status < 400 else "yellow"
        self._console.print(f"[dim]{self._step:>2}[/dim]  {escape(who)} {escape(does)}")
        self._console.print(f"{INDENT}[dim]{method} {escape(path)}[/dim] [{colour}]{status}[/{colour}]")
        for place, value in shown.items():
            self._console.print(f"{INDENT}{place}: {escape(_readable(value))}")

    def _remember_csrf_token(self, person: Person) -> None:
        person.csrf_token = str(person.http.get("/v1/me").json()["csrfToken"])


def _at(reply: Any, place: str) -> Any:
    for name in place.split("."):
        reply = reply[int(name)] if name.isdecimal() else reply[name]
    return reply


def _readable(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
