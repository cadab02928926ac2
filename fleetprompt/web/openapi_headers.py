"""How the OpenAPI document describes parameters and headers: where each is sent, and what it is for (spec 6.2, 6.3)."""

from __future__ import annotations

from typing import Any, Final, get_type_hints

import msgspec

from fleetprompt.authz import Access
from fleetprompt.fields import IdempotencyKey
from fleetprompt.runtime.operations import Kind, Ledger
from fleetprompt.web.decoding import plan_of
from fleetprompt.web.examples import command_example, example_id
from fleetprompt.web.routing import CACHE_CONTROL, Caching, Route
from fleetprompt.web.walk import Member, json_schema

_TEXT: Final = {"type": "string"}


def _header(description: str, example: Any, kind: str = "string") -> dict[str, Any]:
    return {"description": description, "schema": {"type": kind}, "example": example}


HEADERS: Final[dict[str, Any]] = {
    "X-Request-Id": _header("Our own id of this request; logs and audit events carry it.", example_id("req")),
    "Cache-Control": _header("How the answer may be kept; whatever holds a secret is `no-store`.", "no-store"),
    "ETag": _header("The version of what is shown: weak for the public, strong in the console.", '"3"'),
    "Idempotent-Replayed": _header("`true` where this is the stored answer to an earlier request.", "true"),
    "RateLimit": _header(
        "What is left of each limit that was counted (draft-ietf-httpapi-ratelimit-headers-10).", '"write";r=119;t=60'
    ),
    "RateLimit-Policy": _header("The limits that were counted, in the same draft's form.", '"write";q=120;w=60'),
    "Retry-After": _header("Seconds after which it is worth trying again.", 7, "integer"),
    "WWW-Authenticate": _header(
        "How a program authenticates here: `Bearer`; on internal routes `Signature`.", "Bearer"
    ),
    "Allow": _header("The methods that the path takes.", "GET, POST"),
    "Accept": _header("The media type that a body must have.", "application/json"),
    "Set-Cookie": _header("Begins or ends the session.", "fp_session=…; Path=/; HttpOnly; SameSite=Lax"),
}
"""Every header that an answer may carry."""

DESCRIPTIONS: Final = {
    "If-Match": "The `etag` of the version that is edited; another one by now is CONFLICT (`stale_edit`).",
    "limit": "At most so many items.",
    "cursor": "`nextCursor` of the page before; it belongs to this list with these filters.",
}


def parameters_of(route: Route) -> list[dict[str, Any]]:
    """What a request carries beside its body."""
    operation = route.operation
    plan = plan_of(operation.command, route.path_names, route.is_query)
    shown = command_example(operation.command)
    described = [_parameter(member, "path", shown) for member in plan.path.all]
    described += [_parameter(member, "query", shown) for member in plan.query.all]
    described += [_parameter(each, "header", shown) for each in plan.headers if each.wire != "Authorization"]
    return [*described, *_conventions(route)]


def headers_of_success(route: Route) -> dict[str, Any]:
    """What a success carries beside its body."""
    operation = route.operation
    names = ["X-Request-Id", "Cache-Control"]
    if route.caching is Caching.PUBLIC or "etag" in _reply_fields(operation.result):
        names.append("ETag")
    if operation.ledger is not Ledger.NONE:
        names.append("Idempotent-Replayed")
    if operation.rate:
        names += ["RateLimit", "RateLimit-Policy"]
    if route.path.startswith("/v1/auth/"):
        names.append("Set-Cookie")
    headers: dict[str, Any] = {name: {"$ref": f"#/components/headers/{name}"} for name in names}
    headers["Cache-Control"] = {**HEADERS["Cache-Control"], "example": CACHE_CONTROL[route.caching]}
    return headers


def _reply_fields(result: Any) -> set[str]:
    """The fields of a reply and of what stands directly in it."""
    fields: set[str] = set()
    for name, declared in _fields(result).items():
        fields |= {name, *_fields(declared)}
    return fields


def _fields(declared: Any) -> dict[str, Any]:
    is_shape = isinstance(declared, type) and issubclass(declared, msgspec.Struct)
    return get_type_hints(declared) if is_shape else {}


def _parameter(member: Member, place: str, shown: dict[str, Any]) -> dict[str, Any]:
    described = {
        "name": member.wire,
        "in": place,
        "required": place == "path" or member.required,
        "schema": member.schema(),
        "example": shown[member.name],
    }
    if member.wire in DESCRIPTIONS:
        described["description"] = DESCRIPTIONS[member.wire]
    return described


def _conventions(route: Route) -> list[dict[str, Any]]:
    """The headers that belong to a kind of route, not to one command."""
    operation = route.operation
    is_signed = operation.who is Access.PARTNER
    described = []
    if operation.ledger is not Ledger.NONE or is_signed:
        described.append(
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": is_signed or operation.ledger is Ledger.REQUIRED,
                "schema": json_schema(IdempotencyKey),
                "example": "create-review-agent-1",
                "description": "Made up for each write, and sent again with every retry of it; kept for 24 hours.",
            }
        )
    if is_signed:
        described += [_sent("Content-Digest", _DIGEST), _sent("Signature-Input", _INPUT), _sent("Signature", _MAC)]
    elif operation.who is not Access.ANYONE and operation.kind is Kind.MUTATION:
        described.append(_sent("X-CSRF-Token", "With a session cookie: `csrfToken` of GET /v1/me.", required=False))
    if route.caching is Caching.PUBLIC:
        described.append(_sent("If-None-Match", "The `ETag` of a copy that is kept.", required=False))
    return described


_DIGEST: Final = "`sha-256=:…:` of the body, as RFC 9530 has it."
_INPUT: Final = "What is covered, with `created`, `nonce` and `keyid`; see contracts/signatures.md."
_MAC: Final = "The HMAC-SHA256 over the signature base."


def _sent(name: str, description: str, *, required: bool = True) -> dict[str, Any]:
    return {"name": name, "in": "header", "required": required, "schema": _TEXT, "description": description}
