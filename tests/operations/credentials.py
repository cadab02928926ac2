"""Other credentials of the same caller: another browser, a program's key, another key of the same partner system."""

from __future__ import annotations

from collections.abc import AsyncIterator

from fleetprompt.authz import Access
from tests.operations.cases import Ready
from tests.operations.cast import Cast
from tests.support.callers import Caller, Partner
from tests.support.people import Person


async def another_credential(ready: Ready, cast: Cast) -> AsyncIterator[Caller]:
    """Callers that are the rightful one under the ledger, made after her request succeeded."""
    caller, operation = ready.case.caller, ready.route.operation
    if isinstance(caller, Partner):
        yield await cast.people.partner(caller.target_system, admin=await cast.admin())
        return
    assert isinstance(caller, Person)
    body = ready.case.request.body
    if isinstance(body, dict) and "new" in body:
        caller.password = body["new"]
    yield await cast.people.signed_in_elsewhere(caller)
    if operation.scope is not None and operation.who is not Access.ANYONE:
        yield await caller.api_key(scopes=[operation.scope.value])
