"""What a client asks to be answered in: every operation answers in JSON (spec 6.1)."""

from __future__ import annotations

from collections.abc import Mapping

from litestar.datastructures.headers import Accept

from fleetprompt.errors import Code, Refusal
from fleetprompt.web.envelope import JSON
from fleetprompt.web.routing import Raw, Route


def require_acceptable(route: Route, headers: Mapping[str, str]) -> None:
    """Raise UNSUPPORTED (406) where `Accept` leaves out JSON. What is sent as it is, is sent whatever was asked for.

    A weight of 0 is read as a low one: an answer that was not wanted is better than none.
    """
    asked = headers.get("accept", "").strip()
    if asked and route.operation.result is not Raw and not Accept(asked).accepts(JSON):
        raise Refusal(Code.UNSUPPORTED, "This is answered in application/json; let Accept take that.", status=406)
