"""The OpenAPI document, generated from the registered routes and the declarations that the decoder walks (spec 6.4)."""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from typing import Any, Final

import msgspec

from fleetprompt import __version__
from fleetprompt.authz import Access
from fleetprompt.errors import STATUS, Code
from fleetprompt.fields import IdempotencyKey
from fleetprompt.runtime.operations import Ledger, Operation
from fleetprompt.web.decoding import Plan, plan_of
from fleetprompt.web.envelope import ErrorEnvelope
from fleetprompt.web.routing import Caching, Raw, Route
from fleetprompt.web.walk import Members, json_schema

REF_TEMPLATE: Final = "#/components/schemas/{name}"

SECURITY_SCHEMES: Final[dict[str, Any]] = {
    "session": {"type": "apiKey", "in": "cookie", "name": "fp_session"},
    "apiKey": {"type": "http", "scheme": "bearer", "bearerFormat": "fpk_"},
    "signature": {
        "type": "apiKey",
        "in": "header",
        "name": "Signature",
        "description": "HTTP Message Signatures (RFC 9421), hmac-sha256; see contracts/signatures.md.",
    },
}


def document(routes: Iterable[Route]) -> dict[str, Any]:
    """The OpenAPI 3.1 document of `routes`."""
    ordered = sorted(routes, key=lambda route: (route.path, route.method))
    results = {route.operation.name: route.operation.result for route in ordered if route.operation.result is not Raw}
    shapes, components = msgspec.json.schema_components([*results.values(), ErrorEnvelope], ref_template=REF_TEMPLATE)
    shape_of = dict(zip([*results, "error"], shapes, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for route in ordered:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, shape_of)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "FleetPrompt",
            "version": __version__,
            "description": "Listings of AI agents, workflows and specs, their releases, and the handoff of an install.",
        },
        "paths": paths,
        "components": {"schemas": components, "securitySchemes": SECURITY_SCHEMES},
    }


def encode(openapi: dict[str, Any]) -> bytes:
    """The document's bytes, the same for the same routes."""
    return msgspec.json.format(msgspec.json.encode(openapi, order="sorted"), indent=2) + b"\n"


def _operation(route: Route, shape_of: dict[str, Any]) -> dict[str, Any]:
    operation = route.operation
    plan = plan_of(operation.command, route.path_names, route.is_query)
    summary, _, description = (inspect.getdoc(operation.function) or operation.name).partition("\n")
    described: dict[str, Any] = {
        "operationId": operation.name,
        "summary": summary,
        "tags": [operation.name.partition(".")[0]],
        "security": _security(operation),
        "parameters": _parameters(plan, operation),
        "responses": _responses(route, shape_of),
    }
    if description.strip():
        described["description"] = description.strip()
    if not route.is_query and plan.body.all:
        described["requestBody"] = {
            "required": any(member.required for member in plan.body.all),
            "content": {"application/json": {"schema": plan.body.schema()}},
        }
    return described


def _security(operation: Operation) -> list[dict[str, list[str]]]:
    if operation.who is Access.ANYONE:
        return []
    if operation.who is Access.PARTNER:
        return [{"signature": []}]
    return [{"session": []}] if operation.scope is None else [{"session": []}, {"apiKey": [operation.scope.value]}]


def _parameters(plan: Plan, operation: Operation) -> list[dict[str, Any]]:
    parameters = [*_members(plan.path, "path"), *_members(plan.query, "query")]
    parameters += [
        {"name": member.wire, "in": "header", "required": member.required, "schema": member.schema()}
        for member in plan.headers
        if member.wire.lower() != "authorization"
    ]
    if operation.ledger is not Ledger.NONE and operation.who is not Access.PARTNER:
        required = operation.ledger is Ledger.REQUIRED
        schema = json_schema(IdempotencyKey)
        parameters.append({"name": "Idempotency-Key", "in": "header", "required": required, "schema": schema})
    return parameters


def _members(members: Members, place: str) -> list[dict[str, Any]]:
    return [
        {"name": member.wire, "in": place, "required": place == "path" or member.required, "schema": member.schema()}
        for member in members.all
    ]


def _responses(route: Route, shape_of: dict[str, Any]) -> dict[str, Any]:
    operation = route.operation
    shape = shape_of.get(operation.name)
    content = {"text/plain": {"schema": {"type": "string"}}} if shape is None else _json(shape)
    responses: dict[str, Any] = {str(route.status): {"description": "Done.", "content": content}}
    if route.caching is Caching.PUBLIC:
        responses["304"] = {"description": "The copy named by If-None-Match is still good."}
    by_status: dict[int, list[str]] = {}
    for code in _codes(operation):
        by_status.setdefault(STATUS[code], []).append(code.value)
    for status, codes in sorted(by_status.items()):
        responses[str(status)] = {"description": " or ".join(codes), "content": _json(shape_of["error"])}
    return responses


def _codes(operation: Operation) -> list[Code]:
    codes = [Code.VALIDATION_FAILED, Code.NOT_FOUND, Code.INTERNAL, Code.UNAVAILABLE]
    if operation.who is not Access.ANYONE:
        codes += [Code.UNAUTHENTICATED, Code.UNAUTHORIZED]
    if operation.rate:
        codes.append(Code.RATE_LIMITED)
    if operation.emits:
        codes += [Code.CONFLICT, Code.TOO_LARGE]
    return codes


def _json(schema: Any) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}
