"""What public answers hold, to the last field, and what they never hold (I-PUB-03)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args, get_origin

import msgspec
import pytest

from fleetprompt import ids
from fleetprompt.catalog import model
from fleetprompt.catalog.routes import ROUTES
from fleetprompt.runtime.pagination import Page
from tests.support import market
from tests.support.answers import assert_ok
from tests.support.application import App
from tests.support.browsing import SEARCH, publisher_uuid
from tests.support.callers import Caller
from tests.support.people import People

MARKDOWN = {"format": None, "markdown": None, "html": None}
VERIFIED = {"status": None, "checkedAtMs": None}
LISTING = {
    "listingId": None,
    "assetKind": None,
    "status": None,
    "name": None,
    "summary": None,
    "tags": None,
    "categories": None,
    "publisher": {"publisherId": None, "handle": None, "displayName": None, "verified": VERIFIED},
    "images": [{"url": None, "alt": None}],
    "links": {"docsUrl": None, "repoUrl": None},
    "stats": {"installIntents30d": None, "redemptions30d": None},
    "createdAtMs": None,
    "updatedAtMs": None,
}
LATEST_RELEASE = {"releaseId": None, "version": None, "publishedAtMs": None}
LISTED_RELEASE = {"releaseId": None, "version": None, "status": None, "publishedAtMs": None}
RELEASE_ITEM = {
    "releaseId": None,
    "listingId": None,
    "version": None,
    "status": None,
    "compat": {"minWHSVersion": None, "minAgentromaticVersion": None, "minAgentelicVersion": None},
    "refs": {"whsAgentId": None, "whsDeploymentId": None},
    "assetDigest": None,
    "artifacts": [
        {"kind": None, "sha256": None, "sizeBytes": None, "download": {"mode": None, "hint": None}},
    ],
    "publishedAtMs": None,
    "revokedAtMs": None,
}
COUNT = {"value": None, "count": None}
NEW_RELEASE = {
    **LATEST_RELEASE,
    "listing": {"listingId": None, "assetKind": None, "name": None, "summary": None},
    "publisher": LISTING["publisher"],
}
INSTALLS = {"installIntents": None, "redemptions": None}

SHAPES: dict[str, Any] = {
    SEARCH: {"items": [{**LISTING, "latestRelease": LATEST_RELEASE}], "nextCursor": None},
    "/v1/public/listings/{listingId}": {
        "listingDetail": {
            "listing": LISTING,
            "description": MARKDOWN,
            "latestRelease": LATEST_RELEASE,
            "releases": {"items": [LISTED_RELEASE], "nextCursor": None},
        }
    },
    "/v1/public/listings/{listingId}/releases": {"items": [RELEASE_ITEM], "nextCursor": None},
    "/v1/public/releases/{releaseId}": {"release": {**RELEASE_ITEM, "notes": MARKDOWN}},
    "/v1/public/publishers/{publisherId}": {
        "publisher": {
            "publisherId": None,
            "handle": None,
            "displayName": None,
            "bio": MARKDOWN,
            "verified": VERIFIED,
        }
    },
    "/v1/public/releases": {"items": [NEW_RELEASE], "nextCursor": None},
    "/v1/public/listings/popular": {"items": [{**LISTING, "latestRelease": LATEST_RELEASE}], "nextCursor": None},
    "/v1/public/listings/addresses": {
        "items": [{"listingId": None, "publisherId": None, "updatedAtMs": None}],
        "nextCursor": None,
    },
    "/v1/public/listings/{listingId}/installs": {"installs": {"days": [{"day": None, **INSTALLS}], "total": INSTALLS}},
    "/v1/public/facets": {"kinds": [COUNT], "categories": [COUNT], "tags": [COUNT]},
}
PRIVATE = ("a secret flag", "a secret reason", "A private draft", "@example.org", "usr_", "etag", "revision", "flagged")


def _skeleton(value: Any) -> Any:
    """The keys of an answer, with lists shown by their fullest item."""
    if isinstance(value, dict):
        return {key: _skeleton(inner) for key, inner in value.items()}
    if isinstance(value, list) and value and isinstance(value[0], dict):
        merged: dict[str, Any] = {}
        for item in value:
            merged |= _skeleton(item)
        return [merged]
    return None


@pytest.fixture(scope="module")
async def paths(app: App, people: People) -> dict[str, str]:
    """Every public path, on a listing with a value in each field, private ones included."""
    ada = await people.publisher("Ada", handle="ada", bio={"format": "markdown", "markdown": "Bio."})
    text = {"format": "markdown", "markdown": "Text."}
    listing = await market.listing(
        ada,
        summary="Sum.",
        description=text,
        tags=["maps"],
        categories=["travel"],
        images=[{"url": "https://example.org/a.png", "alt": "A"}],
        links={"docsUrl": "https://example.org/d", "repoUrl": "https://example.org/r"},
    )
    full = {
        "compat": {"minWHSVersion": "1", "minAgentromaticVersion": "1", "minAgentelicVersion": "1"},
        "assetDigest": "sha256:" + "a" * 64,
        "artifacts": [
            {"kind": "manifest", "sha256": "b" * 64, "sizeBytes": 1, "download": {"mode": "none", "hint": "h"}}
        ],
        "notes": text,
    }
    revoked = await market.release(listing, "1.0.0", **full)
    await market.release(listing, "1.0.1", **full)
    await listing.set_status("published")
    await revoked.revoke("a secret reason")
    await market.listing(ada, name="A private draft")
    app.database.change(
        "update publishers set verification_status = 'verified', verification_checked_at_ms = 5 where id = %s",
        publisher_uuid(ada),
    )
    app.database.change(
        "update listings set flagged = true, flag_reason = 'a secret flag' where id = %s",
        ids.decode("lst", listing.id),
    )
    app.database.change("insert into stat_totals values (%s, 1, 1, 0)", ids.decode("lst", listing.id))
    names = {"listingId": listing.id, "releaseId": revoked.id, "publisherId": str(ada.publisher_id)}
    return {path: path.format(**names) for path in SHAPES}


@pytest.mark.parametrize("path", SHAPES)
async def test_i_pub_03_public_answers_hold_these_fields_and_no_others(
    path: str, api: Caller, paths: dict[str, str]
) -> None:
    params = {"includeRevoked": "true"} if path.endswith("{listingId}/releases") else {}
    answer = await api.get(paths[path], params=params)
    assert _skeleton(assert_ok(answer)) == SHAPES[path]
    for private in PRIVATE:
        assert private not in answer.text


def test_every_public_route_is_among_the_shapes_that_are_checked() -> None:
    assert {route.path for route in ROUTES} == set(SHAPES)


def _parts(shape: Any) -> Iterator[type[msgspec.Struct]]:
    """Every struct in a declared result."""
    for argument in get_args(shape):
        yield from _parts(argument)
    struct = get_origin(shape) or shape
    if isinstance(struct, type) and issubclass(struct, msgspec.Struct):
        yield struct
        for field in msgspec.structs.fields(struct):
            yield from _parts(field.type)


def test_i_pub_03_public_shapes_share_no_base_and_no_part_with_others() -> None:
    parts = {part for route in ROUTES for part in _parts(route.operation.result)}
    assert model.PublicRelease in parts
    assert model.PublicDownload in parts
    for part in parts - {Page}:
        assert part.__module__ == model.__name__, part
        assert part.__bases__ == (msgspec.Struct,), part
