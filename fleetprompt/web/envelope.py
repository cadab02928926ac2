"""The one error envelope: every non-2xx answer of the API is made here (spec 6.1)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import msgspec
from litestar import Response
from litestar.exceptions import HTTPException, MethodNotAllowedException

from fleetprompt.errors import Code, FieldProblem, Reason, Refusal, invalid, not_found
from fleetprompt.telemetry import get_logger
from fleetprompt.telemetry.metrics import CLIENT_GONE
from fleetprompt.web.arrival import ClientGone
from fleetprompt.web.exchange import Exchange, exchange_of
from fleetprompt.web.http_response import HttpResponse

logger = get_logger(__name__)

JSON: Final = "application/json"

AnswerRefusal = Callable[[Refusal, Any], HttpResponse]
"""Answers a refusal of the request behind an ASGI scope, for whoever reads it: a program or a person."""

_encoder = msgspec.json.Encoder()


class ErrorDetails(msgspec.Struct, rename="camel", omit_defaults=True):
    """What helps to mend the request; fields without a value are absent."""

    hint: str | msgspec.UnsetType = msgspec.UNSET
    reason: Reason | msgspec.UnsetType = msgspec.UNSET
    release_id: str | msgspec.UnsetType = msgspec.UNSET
    identical: bool | msgspec.UnsetType = msgspec.UNSET
    fields: tuple[FieldProblem, ...] | msgspec.UnsetType = msgspec.UNSET


class ErrorBody(msgspec.Struct, rename="camel"):
    """One refused request."""

    code: Code
    message: str
    request_id: str
    details: ErrorDetails | msgspec.UnsetType = msgspec.UNSET


class ErrorEnvelope(msgspec.Struct):
    """The shape of every error answer."""

    error: ErrorBody


def _details(refusal: Refusal) -> ErrorDetails | msgspec.UnsetType:
    details = ErrorDetails(
        hint=msgspec.UNSET if refusal.hint is None else refusal.hint,
        reason=msgspec.UNSET if refusal.reason is None else refusal.reason,
        release_id=msgspec.UNSET if refusal.release_id is None else refusal.release_id,
        identical=msgspec.UNSET if refusal.identical is None else refusal.identical,
        fields=refusal.fields or msgspec.UNSET,
    )
    return msgspec.UNSET if details == ErrorDetails() else details


def encode(refusal: Refusal, request_id: str) -> bytes:
    """The envelope's bytes."""
    body = ErrorBody(refusal.code, refusal.message, request_id, _details(refusal))
    return _encoder.encode(ErrorEnvelope(body))


def answer(refusal: Refusal, exchange: Exchange, scheme: str | None = None) -> HttpResponse:
    """The response to a refused request. scheme: how a program authenticates here; UNAUTHENTICATED names it."""
    exchange.refused(refusal)
    headers = [("cache-control", "no-store"), *refusal_headers(refusal)]
    if refusal.code is Code.UNAUTHENTICATED and scheme is not None:
        headers.append(("www-authenticate", scheme))
    return HttpResponse(
        body=encode(refusal, exchange.public_id), status=refusal.status, media_type=JSON, headers=headers
    )


def refusal_headers(refusal: Refusal) -> list[tuple[str, str]]:
    """What a refusal says in headers, whether it is shown in an envelope or on a page."""
    if refusal.retry_after_s is None:
        return [*refusal.headers]
    return [*refusal.headers, ("retry-after", str(refusal.retry_after_s))]


def internal(error: BaseException) -> Refusal:
    """INTERNAL, never with a detail; the log has the traceback."""
    logger.error("request failed", exc_info=error)
    return Refusal(Code.INTERNAL, "Something went wrong on our side. It has been logged under this request id.")


def wrong_method(allow: str) -> Refusal:
    """UNSUPPORTED (405), naming the methods that the path takes."""
    return Refusal(Code.UNSUPPORTED, "This path does not take this method.", status=405, headers=(("allow", allow),))


def from_framework(error: Exception) -> Refusal:
    """What the framework refuses before any handler runs: unknown routes, wrong methods, malformed requests."""
    if isinstance(error, Refusal):
        return error
    if isinstance(error, MethodNotAllowedException):
        return wrong_method((error.headers or {}).get("Allow", ""))
    if isinstance(error, HTTPException):
        if error.status_code == 404:
            return not_found()
        if error.status_code == 413:
            return Refusal(Code.TOO_LARGE, "The request body is too large.")
        if error.status_code < 500:
            return invalid(("body", "could not be read as a request"))
    return internal(error)


class _Answered(Response[bytes]):
    """An answer that is made already, in the form that the framework asks of its handlers."""

    def __init__(self, made: HttpResponse) -> None:
        super().__init__(b"")
        self._made = made

    def to_asgi_response(self, *_: Any, **__: Any) -> Any:
        """The answer as it was made."""
        return self._made


class _NoAnswer(HttpResponse):
    """For a client that has left: nothing is sent."""

    async def __call__(self, *_: Any, **__: Any) -> None:
        """Send nothing."""


def exception_handler(answer_refusal: AnswerRefusal) -> Callable[[Any, Exception], _Answered]:
    """Litestar's handler for everything that no operation and no page answered."""

    def handle(request: Any, error: Exception) -> _Answered:
        if isinstance(error, ClientGone):
            exchange_of(request.scope).code = CLIENT_GONE
            return _Answered(_NoAnswer())
        return _Answered(answer_refusal(from_framework(error), request.scope))

    return handle
