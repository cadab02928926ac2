"""How the OpenAPI document describes refusals: one shared answer for each status, and each operation's conflicts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from fleetprompt.errors import (
    STATUS,
    Code,
    Outage,
    Reason,
    Refusal,
    conflict,
    invalid,
    not_found,
    unauthenticated,
    unauthorized,
    unavailable,
)
from fleetprompt.web import envelope
from fleetprompt.web.documented_refusals import NOT_ACCEPTABLE, WRONG_MEDIA_TYPE, WRONG_METHOD
from fleetprompt.web.examples import example_id

REFUSALS: Final[Mapping[Code, Refusal]] = {
    Code.VALIDATION_FAILED: invalid(("name", "must be 1 to 80 characters")),
    Code.UNAUTHENTICATED: unauthenticated("example"),
    Code.UNAUTHORIZED: unauthorized("This needs the publisher capability."),
    Code.NOT_FOUND: not_found(),
    Code.CONFLICT: conflict(Reason.TRANSITION, "This cannot follow from the state that the row is in."),
    Code.TOO_LARGE: Refusal(Code.TOO_LARGE, "The request body is larger than 262144 bytes."),
    Code.UNSUPPORTED: Refusal(Code.UNSUPPORTED, "FleetPrompt hosts no artifacts yet."),
    Code.RATE_LIMITED: Refusal(Code.RATE_LIMITED, "Too many requests; try again later.", retry_after_s=7),
    Code.INTERNAL: Refusal(
        Code.INTERNAL, "Something went wrong on our side. It has been logged under this request id."
    ),
    Code.UNAVAILABLE: unavailable("The database is away or busy; try again shortly.", Outage.NO_CONNECTION),
}
"""A refusal of each code, as it could be answered."""

MEANINGS: Final[Mapping[int, str]] = {
    400: "Fields are invalid, all of them named.",
    401: "Authentication is missing or not valid.",
    403: "The caller is known and lacks what this surface needs.",
    404: "There is nothing there, or the caller may not see it.",
    409: "The request conflicts with what is stored; `details.reason` says how.",
    WRONG_METHOD: "The path does not take this method; `Allow` names those it takes.",
    NOT_ACCEPTABLE: "The answer is `application/json`, and `Accept` leaves that out.",
    413: "The request body is too large.",
    WRONG_MEDIA_TYPE: "The body is not plain `application/json`.",
    429: "Too many requests; `Retry-After` says when to come back.",
    500: "A defect on our side, never with a detail.",
    503: "The database is away, the server is stopping, or too much happens at once; `Retry-After` says when to come.",
}

_HEADERS: Final[Mapping[int, tuple[str, ...]]] = {
    401: ("WWW-Authenticate",),
    WRONG_METHOD: ("Allow",),
    WRONG_MEDIA_TYPE: ("Accept",),
    429: ("Retry-After", "RateLimit", "RateLimit-Policy"),
    503: ("Retry-After",),
}


def shared_answers(schema: dict[str, Any]) -> dict[str, Any]:
    """The answers that all operations share, by their status. schema: of the error envelope."""
    statuses = {status: code for code, status in STATUS.items() if code is not Code.UNSUPPORTED}
    shared = {status: _answer(status, (code,), schema) for status, code in statuses.items()}
    for status in (WRONG_METHOD, NOT_ACCEPTABLE, WRONG_MEDIA_TYPE):
        shared[status] = _answer(status, (Code.UNSUPPORTED,), schema)
    return {f"Refused{status}": answer for status, answer in sorted(shared.items())}


def refusal_answers(codes_by_status: Mapping[int, tuple[Code, ...]], reasons: tuple[Reason, ...]) -> dict[str, Any]:
    """What an operation may answer instead of a success, by status; reasons: of its conflicts."""
    answers: dict[str, Any] = {}
    for status, codes in codes_by_status.items():
        answers[str(status)] = {"$ref": f"#/components/responses/Refused{status}"}
        if codes == (Code.CONFLICT,) and reasons:
            answers[str(status)] = _conflict(status, reasons)
        elif len(codes) > 1:
            answers[str(status)] = _answer(status, codes, {"$ref": "#/components/schemas/ErrorEnvelope"})
    return answers


def _conflict(status: int, reasons: tuple[Reason, ...]) -> dict[str, Any]:
    answer = _answer(status, (Code.CONFLICT,), {"$ref": "#/components/schemas/ErrorEnvelope"})
    answer["description"] = f"CONFLICT: {', '.join(f'`{reason}`' for reason in reasons)}."
    error = answer["content"][envelope.JSON]["example"]["error"]
    error["details"]["reason"] = reasons[0].value
    error["message"] = "Reload, decide again, and send a new request."
    return answer


def _answer(status: int, codes: tuple[Code, ...], schema: dict[str, Any]) -> dict[str, Any]:
    shown = [msgspec.json.decode(envelope.encode(REFUSALS[code], example_id("req"))) for code in codes]
    examples: dict[str, Any] = {"example": shown[0]}
    if len(codes) > 1:
        examples = {"examples": {code.value: {"value": value} for code, value in zip(codes, shown, strict=True)}}
    names = ("X-Request-Id", "Cache-Control", *_HEADERS.get(status, ()))
    return {
        "description": f"{' or '.join(codes)}: {MEANINGS[status]}",
        "headers": {name: {"$ref": f"#/components/headers/{name}"} for name in names},
        "content": {envelope.JSON: {"schema": schema, **examples}},
    }
