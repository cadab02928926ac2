"""What the contract says that an operation may refuse with; nothing else is answered to any test (spec 6.1)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

import httpx
import msgspec

from fleetprompt.app import ROUTES
from fleetprompt.errors import Code, Reason
from fleetprompt.web.documented_refusals import reasons_of, refusals_of
from fleetprompt.web.routing import Route

Answered = tuple[int, Code]


@dataclass(frozen=True)
class Declared:
    """Where an operation is asked, and every status, code and reason that it may refuse with."""

    route: Route
    path: re.Pattern[str]
    answers: frozenset[Answered]
    reasons: frozenset[Reason]


def _declared(route: Route) -> Declared:
    answers = {(status, code) for status, codes in refusals_of(route).items() for code in codes}
    path = re.compile(re.sub(r"\{\w+\}", "[^/]+", route.path))
    return Declared(route, path, frozenset(answers), frozenset(reasons_of(route)))


DECLARED: Final = {route.operation.name: _declared(route) for route in ROUTES}
"""By the operation's name."""


def refusal_in(response: httpx.Response) -> tuple[int, Code, Reason | None] | None:
    """Status, code and reason of a refusal in our envelope; None for anything else, and for the answer to a HEAD."""
    is_ours = response.status_code >= 400 and response.headers.get("content-type") == "application/json"
    if not is_ours or not response.content:
        return None
    error = msgspec.json.decode(response.content)["error"]
    reason = error.get("details", {}).get("reason")
    return response.status_code, Code(error["code"]), None if reason is None else Reason(reason)


def assert_declared(response: httpx.Response) -> None:
    """A refusal is one that the contract names for the operation that was asked. Other places are nobody's."""
    refused = refusal_in(response)
    if refused is None:
        return
    status, code, reason = refused
    method, path = response.request.method, response.request.url.raw_path.decode().partition("?")[0]
    for name, declared in DECLARED.items():
        if declared.route.method == method and declared.path.fullmatch(path):
            assert (status, code) in declared.answers, f"{name} answered {status} {code}, and its docstring is silent"
            assert reason is None or reason in declared.reasons, f"{name} gave `{reason}`, and its docstring is silent"
