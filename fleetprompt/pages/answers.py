"""What a page answers with: HTML from a template, another address, or a document of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fleetprompt.errors import Refusal


@dataclass(frozen=True)
class Html:
    """A template and what it shows.

    has_secret: whether a secret is on it, which nobody may store. form_targets: the foreign origins that a form on it
    may be sent to. refusal: what it tells of, where it does; the answer has its status, and the log is told.
    """

    template: str
    context: Mapping[str, Any] = field(default_factory=dict)
    has_secret: bool = False
    form_targets: tuple[str, ...] = ()
    refusal: Refusal | None = None

    @property
    def status(self) -> int:
        """The HTTP status of the answer."""
        return 200 if self.refusal is None else self.refusal.status


@dataclass(frozen=True)
class SeeOther:
    """After a write: the page to look at next. It is always one of our own."""

    path: str
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class SendOn:
    """After a write: the same form again, sent on by the browser to the page of ours that does the next step."""

    path: str


@dataclass(frozen=True)
class Document:
    """Bytes that are no page: a feed, a map of the site."""

    content_type: str
    body: bytes


@dataclass(frozen=True)
class Resume:
    """After signing in: the form at `path` as it was when the session had ended, its fields as they were sent."""

    path: str
    fields: Mapping[str, list[str]]


Answer = Html | SeeOther | SendOn | Document | Resume
