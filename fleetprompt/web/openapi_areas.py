"""The areas of the API, by who it is for: the tags of the OpenAPI document, in the order in which they are told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True)
class Area:
    """Operations for one kind of caller. prefixes: of their paths."""

    name: str
    description: str
    prefixes: tuple[str, ...]


AREAS: Final = (
    Area(
        "public",
        "Published listings, their releases and their publishers. Anyone may read them, without a credential.",
        ("/v1/public/",),
    ),
    Area(
        "publisher",
        "A publisher's own listings: drafts, releases, status, statistics, profile.",
        ("/v1/publisher/",),
    ),
    Area(
        "buyer",
        "Installing: open an intent, mint a token for it, hand it over. And reporting what is wrong with a listing.",
        ("/v1/install/", "/v1/reports"),
    ),
    Area(
        "partner",
        "Server to server: a partner system redeems the token that it was handed. Every call is signed.",
        ("/v1/internal/",),
    ),
    Area(
        "account",
        "Signing up, in and out, sessions, API keys, the password.",
        ("/v1/auth/", "/v1/me", "/v1/api-keys", "/v1/sessions"),
    ),
    Area(
        "admin",
        "Moderation: listings, releases, publishers, users, reports, partner keys, the audit log.",
        ("/v1/admin/",),
    ),
    Area("service", "Health, readiness, metrics and this contract, for whoever runs the instance.", ("/",)),
)


def area_of(path: str) -> Area:
    """The area that a route's path lies in."""
    return next(area for area in AREAS if path.startswith(area.prefixes))


def tags() -> list[dict[str, Any]]:
    """The document's list of tags."""
    return [{"name": area.name, "description": area.description} for area in AREAS]
