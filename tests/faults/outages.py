"""What an outage looks like from all sides: to its caller, in the log, and in the metrics (spec 6.1, 9)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

import httpx

from fleetprompt.errors import Outage
from tests.support.answers import assert_error
from tests.support.application import App
from tests.support.metrics import value_of

ANSWERED_WITHIN_S = 5.0
BACK_WITHIN_S = 30.0


async def in_time(sent: Awaitable[httpx.Response]) -> httpx.Response:
    """The answer, which must come within the time that the specification allows."""
    started = time.monotonic()
    answer = await sent
    assert time.monotonic() - started < ANSWERED_WITHIN_S
    return answer


async def assert_outage(app: App, cause: Outage, *sent: Awaitable[httpx.Response]) -> None:
    """UNAVAILABLE in time to each caller, who is not told why; the log and the metrics name `cause`."""
    before = counted(app, cause)
    for answer in await asyncio.gather(*map(in_time, sent)):
        error = assert_error(answer, "UNAVAILABLE")
        assert cause.value not in answer.text
        (line,) = [line for line in app.log.of_request(error["requestId"]) if line["event"] == "request"]
        assert (line["outcome"], line["reason"], line["level"]) == ("UNAVAILABLE", cause.value, "warning")
    assert counted(app, cause) == before + len(sent)


def counted(app: App, cause: Outage) -> float:
    """How many answers the metrics count for this cause."""
    return value_of(app.services.metrics, "fleetprompt_unavailable_answers_total", cause=cause.value) or 0.0


async def until_it_is_back(send: Callable[[], Awaitable[httpx.Response]]) -> httpx.Response:
    """The first success of a request that is sent again and again; until then it is UNAVAILABLE, each time in time."""
    give_up_at = time.monotonic() + BACK_WITHIN_S
    while True:
        answer = await in_time(send())
        if answer.is_success:
            return answer
        assert_error(answer, "UNAVAILABLE")
        assert time.monotonic() < give_up_at, "it does not recover"
        await asyncio.sleep(0.1)
