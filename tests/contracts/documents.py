"""What of the contract is a list: errors, enums, operations, and the SQL of every named statement."""

from __future__ import annotations

import inspect
import textwrap
from enum import StrEnum
from typing import Annotated, Any, Final, get_args, get_origin

import msgspec

from fleetprompt import enums, fields
from fleetprompt.app import ROUTES
from fleetprompt.constraints import IdOf
from fleetprompt.errors import STATUS, UNSUPPORTED_STATUSES, Code, Reason
from fleetprompt.runtime.operations import REGISTRY, Operation
from fleetprompt.store.statements import Statement, named_statements
from fleetprompt.web.documented_refusals import reasons_of, refusals_of
from fleetprompt.web.openapi_errors import MEANINGS
from fleetprompt.web.routing import Route

SQL_WIDTH: Final = 118
DETAILS: Final[dict[Code, list[str]]] = {
    Code.VALIDATION_FAILED: ["fields"],
    Code.CONFLICT: ["reason", "releaseId", "identical"],
    Code.UNAUTHENTICATED: ["hint"],
}
"""What may stand in `details`, by code."""


def as_json(document: Any) -> bytes:
    """A document as it is committed: readable, and the same for the same content."""
    return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"


def error_list() -> bytes:
    """Every code with its statuses, and every reason of a conflict with the operations that give it."""
    codes = {
        code.value: {
            "statuses": list(UNSUPPORTED_STATUSES) if code is Code.UNSUPPORTED else [status],
            "meaning": "Something that FleetPrompt does not do." if code is Code.UNSUPPORTED else MEANINGS[status],
            "details": DETAILS.get(code, []),
        }
        for code, status in STATUS.items()
    }
    reasons = {
        reason.value: sorted(route.operation.name for route in ROUTES if reason in reasons_of(route))
        for reason in Reason
    }
    return as_json({"codes": codes, "reasons": reasons})


def enum_list() -> bytes:
    """Every closed set of words, and every prefix of an id with what it names."""
    sets = {
        name: {"meaning": inspect.getdoc(member), "values": [word.value for word in member]}
        for name, member in vars(enums).items()
        if isinstance(member, type) and issubclass(member, StrEnum) and member.__module__ == enums.__name__
    }
    return as_json({"enums": sets, "idPrefixes": id_prefixes()})


def id_prefixes() -> dict[str, str]:
    """The prefix of each kind of id, by the field that carries it."""
    aliases = {name: get_args(alias) for name, alias in vars(fields).items() if get_origin(alias) is Annotated}
    return {
        f"{name[0].lower()}{name[1:]}": rule.prefix
        for name, metadata in aliases.items()
        for rule in metadata
        if isinstance(rule, IdOf)
    }


def operation_list() -> bytes:
    """Every operation with its declaration; those of the system have no route."""
    route_of = {route.operation.name: route for route in ROUTES}
    return as_json([_described(REGISTRY[name], route_of.get(name)) for name in sorted(REGISTRY)])


def _described(operation: Operation, route: Route | None) -> dict[str, Any]:
    return {
        "name": operation.name,
        "kind": operation.kind,
        "method": None if route is None else route.method,
        "path": None if route is None else route.path,
        "who": operation.who,
        "scope": operation.scope if operation.who.value in {"signed_in", "publisher", "admin"} else None,
        "rate": operation.rate,
        "ledger": operation.ledger,
        "emits": operation.emits,
        "owns": operation.owns,
        "statuses": [] if route is None else [route.status, *refusals_of(route)],
    }


def sql_files() -> dict[str, bytes]:
    """The SQL of each named statement, by the name of its file."""
    return {f"sql/{name}.sql": _sql(statement) for name, statement in named_statements().items()}


def _sql(statement: Statement[Any]) -> bytes:
    lines = [f"-- {statement.name}" + ("" if statement.row is None else f" -> {statement.row.__name__}")]
    for line in statement.sql.splitlines():
        lines += textwrap.wrap(line, SQL_WIDTH, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)
    return ("\n".join(lines) + "\n").encode()
