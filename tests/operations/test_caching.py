"""What is public may be kept by anybody who asks again each time (spec 3 Caching, 6.3)."""

from __future__ import annotations

from typing import Final

import pytest

from fleetprompt.app import ROUTES
from tests.operations.cases import Ready, names

PUBLIC: Final = tuple(route for route in ROUTES if route.path.startswith("/v1/public/"))


@pytest.mark.parametrize("route", PUBLIC, ids=names(PUBLIC))
async def test_a_public_read_has_a_weak_etag_and_is_not_sent_again_to_whoever_has_it(ready: Ready) -> None:
    first = await ready.send()
    ready.assert_succeeded(first)
    etag = first.headers["etag"]
    assert etag.startswith('W/"')
    assert first.headers["cache-control"] == "public, max-age=0, must-revalidate"
    for known in (etag, etag.removeprefix("W/"), f'"a, b", {etag}', "*"):
        again = await ready.send(ready.case.request.with_headers({"If-None-Match": known}))
        assert (again.status_code, again.content) == (304, b"")
        assert (again.headers["etag"], again.headers["cache-control"]) == (etag, first.headers["cache-control"])
    for unknown in ('W/"other"', etag.strip('W/"')):
        ready.assert_succeeded(await ready.send(ready.case.request.with_headers({"If-None-Match": unknown})))
