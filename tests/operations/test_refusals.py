"""What the contract says that an operation may refuse with is what it does refuse with, no more and no less (spec 6.1).

That nothing else is answered is held for every request of the whole suite (`tests/support/declared_answers.py`). Here
each code and reason that an operation names is provoked.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Final

import httpx
import pytest

from fleetprompt.app import ROUTES
from fleetprompt.authz import Access
from fleetprompt.enums import KeyScope
from fleetprompt.errors import Code, Reason
from fleetprompt.runtime.operations import Ledger
from tests.operations.cases import Ready, names
from tests.operations.cast import Cast
from tests.operations.naming import Place, naming_nothing, rows_named
from tests.support.callers import Caller, fresh_key
from tests.support.declared_answers import DECLARED, Answered, refusal_in

PROVOKED_ELSEWHERE: Final = {Code.RATE_LIMITED, Code.INTERNAL, Code.UNAVAILABLE}
"""For every route too: by `test_limits`, `test_crash` and the faults."""

OF_OTHER_INSTANCES: Final[dict[str, set[Answered]]] = {"service.metrics": {(401, Code.UNAUTHENTICATED)}}
"""What needs other settings: of `tests/web/test_service.py`."""


async def _refusals(ready: Ready, cast: Cast) -> AsyncIterator[httpx.Response]:
    """The answers to everything that this operation has a reason to refuse."""
    sound, caller = ready.case.request, ready.case.caller
    yield await ready.send(sound.with_body(unheard="of") if ready.is_signed else sound.with_query(unheard="of"))
    yield await ready.send(content=b" " * (ready.route.body_bytes_max + 1))
    yield await caller.request("DELETE", ready.url(sound))
    yield await ready.send(sound.with_headers({"Accept": "text/html"}))
    if not ready.route.is_query:
        yield await ready.send(sound.with_headers({"Content-Type": "text/plain"}))
        yield await ready.send(sound.with_headers({"Origin": "https://elsewhere.example"}))
    for other in await _other_callers(ready, cast):
        yield await ready.send(by=other)
    if any(row.place is not Place.QUERY for row in rows_named(ready.route)):
        yield await ready.send(naming_nothing(ready.route, sound))
    for unfit in ready.case.unfit.values():
        yield await ready.send(unfit)
    for make in (*ready.case.hidden.values(), *ready.case.refused.values()):
        yield await ready.send(await make())


async def _other_callers(ready: Ready, cast: Cast) -> list[Caller]:
    """Nobody, a program without the scope, and of reads, which do nothing, somebody without any capability."""
    operation = ready.route.operation
    if operation.who is Access.ANYONE:
        return []
    if ready.is_signed:
        return [cast.visitor()]
    program = await cast.key(KeyScope.PUBLISH if operation.scope is KeyScope.READ else KeyScope.READ)
    return [cast.visitor(), program, *([await cast.buyer()] if ready.route.is_query else [])]


async def _after_the_success(ready: Ready) -> AsyncIterator[httpx.Response]:
    """What is refused because of a success: another request under its key, and often the same one again."""
    key, sound = fresh_key(), ready.case.request
    ready.assert_succeeded(await ready.send(key=key))
    if ready.route.operation.ledger is not Ledger.NONE:
        other = sound.with_headers({"If-Match": '"7"'})
        yield await ready.send(other, key=key)
        if ready.case.move_on is not None:
            await ready.case.move_on()
        yield await ready.send()


@pytest.mark.parametrize("route", ROUTES, ids=names(ROUTES))
async def test_every_refusal_that_an_operation_names_is_given(ready: Ready, cast: Cast) -> None:
    answered: set[Answered] = set()
    reasons: set[Reason] = set()
    for answers in (_refusals(ready, cast), _after_the_success(ready)):
        async for answer in answers:
            if (refused := refusal_in(answer)) is not None:
                status, code, reason = refused
                answered.add((status, code))
                reasons |= set() if reason is None else {reason}
    name = ready.route.operation.name
    named = {(status, code) for status, code in DECLARED[name].answers if code not in PROVOKED_ELSEWHERE}
    assert answered == named - OF_OTHER_INSTANCES.get(name, set())
    assert reasons == DECLARED[name].reasons
