"""What is promised to whoever retries a write under one key, in one process or in several (spec 6.2)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Final

import httpx
from msgspec import UNSET

from fleetprompt.web.routing import Route
from tests.operations.arrangements import make_ready
from tests.operations.cases import Ready, Request
from tests.operations.cast import Cast
from tests.operations.naming import naming_nothing
from tests.support.answers import assert_error, assert_replayed
from tests.support.callers import fresh_key
from tests.support.contents import added_rows, unchanged
from tests.support.databases import Database

AT_ONCE: Final = 8


async def first_answer(ready: Ready, key: str) -> httpx.Response:
    """The first success under a key."""
    response = await ready.send(key=key)
    ready.assert_succeeded(response)
    assert "idempotent-replayed" not in response.headers
    return response


async def assert_retries_replay(ready: Ready, database: Database) -> None:
    """A retry gets the first answer, and no row of any table changes."""
    key = fresh_key()
    first = await first_answer(ready, key)
    with unchanged(database, but=ready.spent):
        for _ in range(2):
            assert_replayed(await ready.send(key=key), first)


async def assert_one_of_many_executes(cast: Cast, route: Route, database: Database) -> None:
    """Many at once leave what one alone leaves; one executes, and the others replay it."""
    alone, together = await make_ready(cast, route), await make_ready(cast, route)
    with added_rows(database) as added_alone:
        await first_answer(alone, fresh_key())
    key = fresh_key()
    with added_rows(database) as added_together:
        answers = await asyncio.gather(*(together.send(key=key) for _ in range(AT_ONCE)))
    (first,) = [answer for answer in answers if "idempotent-replayed" not in answer.headers]
    together.assert_succeeded(first)
    for answer in answers:
        if answer is not first:
            assert_replayed(answer, first)
    for table in together.spent:
        assert added_together.pop(table) == AT_ONCE
        added_alone.pop(table)
    assert added_together == added_alone


async def assert_key_stands_for_one_request(ready: Ready, database: Database) -> None:
    """Another body, path, query or If-Match under the key is a CONFLICT, and the first result stays."""
    key = fresh_key()
    first = await first_answer(ready, key)
    with unchanged(database, but=ready.spent):
        for _, other in _other_requests(ready):
            assert_error(await ready.send(other, key=key), "CONFLICT", "idempotency_key_reused")
        if not ready.is_signed:
            assert_error(await ready.send(key=key, query_string="?&"), "CONFLICT", "idempotency_key_reused")
        assert_replayed(await ready.send(key=key), first)


def _other_requests(ready: Ready) -> Iterator[tuple[str, Request]]:
    """(What differs, a request) for requests that decode as the first one did."""
    request = ready.case.request
    if ready.case.other is not UNSET:
        yield "body", request.with_body(**ready.case.other)
    if request.path:
        yield "path", naming_nothing(ready.route, request)
    yield "If-Match", request.with_headers({"If-Match": '"7"'})
