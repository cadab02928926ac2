"""Every refusal that an operation may answer with, from its declaration and its docstring (spec 6.1).

What follows from the declaration (a ledger, a rate limit, an id in the path, a body) is derived; what a verb decides
stands in its docstring, which names the codes and reasons that it raises.
"""

from __future__ import annotations

import inspect
import re
from collections import defaultdict
from collections.abc import Mapping
from typing import Final

from fleetprompt.authz import Access
from fleetprompt.errors import STATUS, Code, Reason
from fleetprompt.runtime.operations import Kind, Ledger
from fleetprompt.web.routing import Raw, Route

_CODE: Final = re.compile(rf"\b(?:{'|'.join(Code)})\b")
_REASON: Final = re.compile(rf"`({'|'.join(Reason)})`")

WRONG_METHOD: Final = 405
NOT_ACCEPTABLE: Final = 406
WRONG_MEDIA_TYPE: Final = 415


def refusals_of(route: Route) -> Mapping[int, tuple[Code, ...]]:
    """The codes that may be answered instead of a success, by HTTP status."""
    codes: dict[int, list[Code]] = defaultdict(list)
    for code in sorted(_codes(route), key=list(Code).index):
        codes[STATUS[code]].append(code)
    codes[WRONG_METHOD].append(Code.UNSUPPORTED)
    if route.operation.result is not Raw:
        codes[NOT_ACCEPTABLE].append(Code.UNSUPPORTED)
    if route.method != "GET":
        codes[WRONG_MEDIA_TYPE].append(Code.UNSUPPORTED)
    return {status: tuple(codes[status]) for status in sorted(codes)}


def reasons_of(route: Route) -> tuple[Reason, ...]:
    """The reasons that a CONFLICT may carry."""
    named = {Reason(found) for found in _REASON.findall(_documentation(route))}
    if route.operation.ledger is not Ledger.NONE:
        named.add(Reason.IDEMPOTENCY_KEY_REUSED)
    return tuple(sorted(named, key=list(Reason).index))


def _codes(route: Route) -> set[Code]:
    operation = route.operation
    codes = {Code.VALIDATION_FAILED, Code.TOO_LARGE, Code.INTERNAL, Code.UNAVAILABLE}
    codes |= {Code(found) for found in _CODE.findall(_documentation(route))}
    if operation.who is not Access.ANYONE:
        codes.add(Code.UNAUTHENTICATED)
    if operation.who is not Access.PARTNER and (operation.who is not Access.ANYONE or operation.kind is Kind.MUTATION):
        codes.add(Code.UNAUTHORIZED)
    if operation.owns and (route.path_names or not route.is_query):
        codes.add(Code.NOT_FOUND)
    if reasons_of(route):
        codes.add(Code.CONFLICT)
    if operation.rate:
        codes.add(Code.RATE_LIMITED)
    return codes


def _documentation(route: Route) -> str:
    return inspect.getdoc(route.operation.function) or ""
