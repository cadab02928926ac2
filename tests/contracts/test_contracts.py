"""The contract is a file: what is generated is what is committed, and what is committed is true."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from typing import Any, Final

import msgspec
import pytest
from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from fleetprompt.app import ROUTES
from fleetprompt.errors import Code, Reason
from fleetprompt.runtime.operations import REGISTRY, Ledger
from fleetprompt.web.decoding import plan_of
from fleetprompt.web.documented_refusals import reasons_of, refusals_of
from fleetprompt.web.examples import SHOWN, body_example, command_example, reply_example, vocabulary
from fleetprompt.web.openapi import document
from fleetprompt.web.routing import Raw, Route
from fleetprompt.web.walk import Problems
from tests.contracts.generate import CONTRACTS, generated
from tests.laws.source import ROOT
from tests.support.callers import Caller

ANSWERED: Final = [route for route in ROUTES if route.operation.result is not Raw]
BODIES: Final = [
    route for route in ROUTES if plan_of(route.operation.command, route.path_names, route.is_query).body.all
]

openapi = cache(lambda: document(ROUTES))
files = cache(generated)
of_operation = pytest.mark.parametrize("route", ANSWERED, ids=lambda route: route.operation.name)


def described(route: Route) -> dict[str, Any]:
    operation: dict[str, Any] = openapi()["paths"][route.path][route.method.lower()]
    return operation


def test_what_is_committed_is_what_the_code_generates() -> None:
    """In a process of its own: other tests register operations and compile statements of theirs."""
    command = [sys.executable, "-m", "tests.contracts.generate", "--check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"run `make contracts` and review what it changes: {done.stdout}{done.stderr}"


def test_generating_again_gives_the_same() -> None:
    assert generated() == files()


async def test_the_document_is_served_as_it_is_committed(api: Caller) -> None:
    answer = await api.get("/openapi.json")
    assert answer.content == (CONTRACTS / "openapi.json").read_bytes()


def test_the_document_is_valid_openapi() -> None:
    assert list(OpenAPIV31SpecValidator(openapi()).iter_errors()) == []


def test_every_route_is_described_and_nothing_else() -> None:
    shown = {(method.upper(), path) for path, methods in openapi()["paths"].items() for method in methods}
    assert shown == {(route.method, route.path) for route in ROUTES}


def _named(part: Any) -> Iterator[tuple[str, Any]]:
    """Every field and parameter of the document with its schema; headers have names of their own."""
    if isinstance(part, list):
        for each in part:
            yield from _named(each)
    elif isinstance(part, dict):
        properties = part.get("properties")
        if isinstance(properties, dict) and part.get("type") == "object":
            yield from properties.items()
        if part.get("in") in {"path", "query"}:
            yield part["name"], part["schema"]
        for each in part.values():
            yield from _named(each)


def test_names_are_camel_case_and_a_time_is_a_whole_number_that_says_so() -> None:
    named = list(_named(openapi()))
    assert {"listingId", "createdAtMs", "sinceMs", "fieldName"} <= {name for name, _ in named}
    for name, schema in named:
        assert re.fullmatch(r"[a-z]+(?:[A-Z0-9][a-z0-9]*)*", name), name
        assert not re.search(r"(?:At|Time|Until|Since)$", name), name
        assert not name.endswith("Ms") or schema["type"] == "integer", name


@of_operation
def test_the_example_of_a_reply_fits_its_schema(route: Route) -> None:
    content = described(route)["responses"][str(route.status)]["content"]["application/json"]
    schema = {**content["schema"], "components": openapi()["components"]}
    assert not list(OAS31Validator(schema).iter_errors(content["example"]))


@of_operation
def test_the_example_of_a_reply_says_something(route: Route) -> None:
    """No field of it shows what any text could be: a new name gets an `Example` or a line in `SHOWN`."""
    example = reply_example(route.operation, vocabulary(REGISTRY.values()))
    assert not [path for path, value in leaves(example, "") if value == "text"]


def leaves(value: Any, path: str) -> list[tuple[str, Any]]:
    if isinstance(value, dict):
        return [leaf for key, inner in value.items() for leaf in leaves(inner, f"{path}.{key}")]
    if isinstance(value, list):
        return [leaf for inner in value for leaf in leaves(inner, f"{path}[]")]
    return [(path, value)]


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.operation.name)
def test_every_declared_field_takes_its_own_example(route: Route) -> None:
    plan = plan_of(route.operation.command, route.path_names, route.is_query)
    shown = command_example(route.operation.command)
    problems = Problems()
    for member in (*plan.path.all, *plan.query.all, *plan.headers, *plan.body.all):
        example = shown[member.name]
        is_text = member not in plan.body.all and not isinstance(example, list)
        as_text = example if isinstance(example, str) else msgspec.json.encode(example).decode()
        member.node.decode(as_text if is_text else example, member.wire, problems)
    assert len(problems) == 0, problems.refusal().fields


@pytest.mark.parametrize("route", BODIES, ids=lambda route: route.operation.name)
def test_the_example_of_a_request_shows_what_is_required_and_fits_its_schema(route: Route) -> None:
    plan = plan_of(route.operation.command, route.path_names, route.is_query)
    content = described(route)["requestBody"]["content"]["application/json"]
    assert content["example"] == body_example(route)
    assert {member.wire for member in plan.body.all if member.required} <= content["example"].keys()
    assert not list(OAS31Validator(content["schema"]).iter_errors(content["example"]))


def test_each_refusal_shows_the_envelope() -> None:
    schemas = openapi()["components"]
    for answer in schemas["responses"].values():
        content = answer["content"]["application/json"]
        schema = {"$ref": "#/components/schemas/ErrorEnvelope", "components": schemas}
        assert not list(OAS31Validator(schema).iter_errors(content["example"]))
        assert answer["description"].startswith(content["example"]["error"]["code"])


@of_operation
def test_a_write_names_its_key_and_its_conflicts(route: Route) -> None:
    parameters = {each["name"]: each["required"] for each in described(route)["parameters"] if each["in"] == "header"}
    takes_key = route.operation.ledger is not Ledger.NONE
    if takes_key:
        assert parameters["Idempotency-Key"] is (route.operation.ledger is Ledger.REQUIRED)
        assert Reason.IDEMPOTENCY_KEY_REUSED in reasons_of(route)
    assert ("Idempotent-Replayed" in described(route)["responses"][str(route.status)]["headers"]) == takes_key


def test_every_reason_of_a_conflict_is_given_by_some_operation() -> None:
    given = {reason for route in ROUTES for reason in reasons_of(route)}
    assert given == set(Reason)


def test_every_code_may_be_answered() -> None:
    assert {code for route in ROUTES for codes in refusals_of(route).values() for code in codes} == set(Code)


def test_no_line_of_what_replies_show_is_left_over() -> None:
    names = {name for route in ANSWERED for name in shown_names(openapi()["components"]["schemas"])}
    unused = {key for key in SHOWN if key.rpartition(".")[2] not in names and not key[0].isupper()}
    assert not unused


def shown_names(schemas: dict[str, Any]) -> set[str]:
    named = {name for schema in schemas.values() for name in schema.get("properties", {})}
    return named | {name.removesuffix("s") for name in named} | {"category"}


DOCUMENTS: Final = [*ROOT.glob("*.md"), *CONTRACTS.glob("*.md")]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_route_that_a_document_names_is_there(path: Any) -> None:
    named = re.findall(
        r"\b(GET|POST|PUT|PATCH)\s+`?(/(?:v1/[\w/{}.-]*[\w}]|healthz|readyz|metrics|openapi\.json))", path.read_text()
    )
    known = {(route.method, route.path) for route in ROUTES}
    assert not {f"{method} {place}" for method, place in named if (method, place) not in known}
