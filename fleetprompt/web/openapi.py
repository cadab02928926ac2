"""The OpenAPI document, generated from the registered routes and the declarations that the decoder walks (spec 6.4)."""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from typing import Any, Final

import msgspec

from fleetprompt import __version__
from fleetprompt.authz import Access
from fleetprompt.runtime.operations import Operation
from fleetprompt.web.decoding import plan_of
from fleetprompt.web.documented_refusals import reasons_of, refusals_of
from fleetprompt.web.envelope import ErrorEnvelope
from fleetprompt.web.examples import body_example, reply_example, vocabulary
from fleetprompt.web.openapi_areas import area_of, tags
from fleetprompt.web.openapi_errors import refusal_answers, shared_answers
from fleetprompt.web.openapi_headers import HEADERS, headers_of_success, parameters_of
from fleetprompt.web.routing import Caching, Raw, Route

REF_TEMPLATE: Final = "#/components/schemas/{name}"

SECURITY_SCHEMES: Final[dict[str, Any]] = {
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "fp_session",
        "description": "Named __Host-fp_session over https. Writes also carry X-CSRF-Token.",
    },
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
    shape_of = dict(zip(results, shapes[:-1], strict=True))
    names = vocabulary(route.operation for route in ordered)
    paths: dict[str, dict[str, Any]] = {}
    for route in ordered:
        described = _operation(route)
        described["responses"] = {
            str(route.status): _success(route, shape_of.get(route.operation.name), names),
            **_not_modified(route),
            **refusal_answers(refusals_of(route), reasons_of(route)),
        }
        paths.setdefault(route.path, {})[route.method.lower()] = described
    described = {
        "openapi": "3.1.0",
        "info": {
            "title": "FleetPrompt",
            "version": __version__,
            "description": "Listings of AI agents, workflows and specs, their releases, and the handoff of an install.",
        },
        "tags": tags(),
        "paths": paths,
        "components": {
            "schemas": {_schema_name(name): schema for name, schema in components.items()},
            "headers": HEADERS,
            "responses": shared_answers(shapes[-1]),
            "securitySchemes": SECURITY_SCHEMES,
        },
    }
    named: dict[str, Any] = _renamed(described, {name: _schema_name(name) for name in components})
    return named


def _schema_name(name: str) -> str:
    """A schema's name without what it is called inside: `Page_Session_`, or where two slices name a shape alike."""
    if name.startswith("Page_"):
        return f"{name.removeprefix('Page_').rstrip('_')}Page"
    parts = name.split(".")
    return name if len(parts) == 1 else f"{parts[1].capitalize()}{parts[-1]}"


def _renamed(part: Any, names: dict[str, str]) -> Any:
    if isinstance(part, list):
        return [_renamed(each, names) for each in part]
    if not isinstance(part, dict):
        return part
    renamed = {key: _renamed(value, names) for key, value in part.items()}
    if (reference := renamed.get("$ref")) and isinstance(reference, str):
        prefix, _, name = reference.rpartition("/")
        renamed["$ref"] = f"{prefix}/{names.get(name, name)}"
    return renamed


def encode(openapi: dict[str, Any]) -> bytes:
    """The document's bytes, the same for the same routes."""
    return msgspec.json.format(msgspec.json.encode(openapi, order="sorted"), indent=2) + b"\n"


def _operation(route: Route) -> dict[str, Any]:
    operation = route.operation
    plan = plan_of(operation.command, route.path_names, route.is_query)
    summary, _, description = (inspect.getdoc(operation.function) or operation.name).partition("\n")
    described: dict[str, Any] = {
        "operationId": operation.name,
        "summary": summary,
        "tags": [area_of(route.path).name],
        "security": _security(operation),
        "parameters": parameters_of(route),
        "x-rate-limits": [rate_class.value for rate_class in operation.rate],
    }
    if description.strip():
        described["description"] = description.strip()
    if plan.body.all:
        content = {"schema": plan.body.schema(), "example": body_example(route)}
        required = any(member.required for member in plan.body.all)
        described["requestBody"] = {"required": required, "content": {"application/json": content}}
    return described


def _security(operation: Operation) -> list[dict[str, list[str]]]:
    if operation.who is Access.ANYONE:
        return []
    if operation.who is Access.PARTNER:
        return [{"signature": []}]
    return [{"session": []}] if operation.scope is None else [{"session": []}, {"apiKey": [operation.scope.value]}]


def _success(route: Route, shape: Any, names: dict[str, Any]) -> dict[str, Any]:
    content: dict[str, Any] = {"application/json": {"schema": shape, "example": None}}
    if shape is None:
        media_type = "text/plain" if route.caching is Caching.SECRET else "application/json"
        content = {media_type: {"schema": {"type": "string"} if media_type == "text/plain" else {"type": "object"}}}
    else:
        content["application/json"]["example"] = reply_example(route.operation, names)
    description = "Created." if route.status == 201 else "Done."
    return {"description": description, "headers": headers_of_success(route), "content": content}


def _not_modified(route: Route) -> dict[str, Any]:
    if route.caching is not Caching.PUBLIC:
        return {}
    headers = {name: {"$ref": f"#/components/headers/{name}"} for name in ("X-Request-Id", "Cache-Control", "ETag")}
    return {"304": {"description": "The copy named by If-None-Match is still good.", "headers": headers}}
