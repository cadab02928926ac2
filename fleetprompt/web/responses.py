"""From a result to a response: status, cache headers, validators, replay mark, session cookie."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from fleetprompt.runtime.idempotency import Reply
from fleetprompt.runtime.nonces import Nonce
from fleetprompt.runtime.run import Call
from fleetprompt.runtime.services import Services
from fleetprompt.web.arrival import Arrived
from fleetprompt.web.authentication import session_cookie
from fleetprompt.web.caching import is_fresh, weak_etag
from fleetprompt.web.decoding import Decoded, Incoming
from fleetprompt.web.envelope import JSON
from fleetprompt.web.exchange import Exchange
from fleetprompt.web.http_response import HttpResponse
from fleetprompt.web.routing import CACHE_CONTROL, Caching, Raw, Route

_encoder: Final = msgspec.json.Encoder()


def incoming(route: Route, arrived: Arrived) -> Incoming:
    """What the decoder walks."""
    return Incoming(
        path=arrived.path,
        query=arrived.query,
        headers=arrived.headers,
        body=arrived.body,
        path_names=route.path_names,
        is_query=route.is_query,
        ledger=route.operation.ledger,
    )


def call_of(
    route: Route,
    arrived: Arrived,
    decoded: Decoded[Any],
    exchange: Exchange,
    *,
    nonce: Nonce | None = None,
) -> Call:
    """The call that `run` makes: its fingerprinted form holds everything that makes two requests differ."""
    canonical = msgspec.json.encode(
        [
            route.operation.name,
            sorted(arrived.path.items()),
            arrived.query.decode("latin-1"),
            arrived.headers.get("if-match"),
            decoded.canonical.decode(),
        ]
    )
    return Call(
        request_id=exchange.request_id,
        status=route.status,
        idempotency_key=arrived.headers.get("idempotency-key"),
        canonical=canonical,
        nonce=nonce,
    )


def read_response(route: Route, arrived: Arrived, result: Any) -> HttpResponse:
    """The answer to a query; 304 where the client's copy of a public one is still good."""
    is_raw = isinstance(result, Raw)
    body = result.body if is_raw else _encoder.encode(result)
    headers = [("cache-control", CACHE_CONTROL[route.caching])]
    if route.caching is Caching.PUBLIC:
        etag = weak_etag(body)
        headers.append(("etag", etag))
        if is_fresh(arrived.headers.get("if-none-match"), etag):
            return HttpResponse(status=304, headers=headers)
    elif route.etag is not None:
        headers.append(("etag", route.etag(result)))
    media_type = result.content_type if is_raw else JSON
    return HttpResponse(body=body, status=route.status, media_type=media_type, headers=headers)


def write_response(services: Services, route: Route, reply: Reply) -> HttpResponse:
    """The answer to a mutation, first or replayed."""
    headers = [("cache-control", CACHE_CONTROL[route.caching])]
    if reply.etag is not None:
        headers.append(("etag", reply.etag))
    if reply.replayed:
        headers.append(("idempotent-replayed", "true"))
    if reply.session is not None:
        cookie = reply.session.cookie
        value = None if cookie is None else cookie.reveal()
        headers.append(("set-cookie", session_cookie(services, value)))
    return HttpResponse(body=reply.body, status=reply.status, media_type=JSON, headers=headers)
