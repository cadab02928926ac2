"""The one decoder: from path, query, headers and body to a command, with every problem at once (spec 6)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from typing import Any, Final, Generic, TypeVar

import msgspec

from fleetprompt.authz import Actor
from fleetprompt.errors import Code, Refusal
from fleetprompt.fields import Command, Header, IdempotencyKey, take_apart
from fleetprompt.runtime.judged_markdown import problems_of
from fleetprompt.runtime.operations import Ledger
from fleetprompt.runtime.services import Services
from fleetprompt.web.query_string import read_query
from fleetprompt.web.strict_json import Malformed, parse
from fleetprompt.web.walk import Array, Member, Members, Problems, decode_object, member_of, node_of, shown_name

C = TypeVar("C", bound=msgspec.Struct)

_JSON_MEDIA_TYPE: Final = re.compile(
    r'application/json(?:[ \t]*;[ \t]*charset=(?:utf-8|"utf-8"))?[ \t]*;?[ \t]*', re.IGNORECASE
)
_KEY_HEADER: Final = "Idempotency-Key"
_KEY: Final = node_of(IdempotencyKey, is_text=True)
_CANONICAL: Final = json.JSONEncoder(sort_keys=True, separators=(",", ":"), check_circular=False)
_UNREADABLE: Final = object()


class Incoming(msgspec.Struct, frozen=True, kw_only=True):
    """A request as it came, and what its route says of it.

    path: the values of the path's parameters by wire name. headers: by lower-case name, a repeated one joined by
    commas. path_names: the wire names that the path holds. is_query: whether the other fields are in the query string.
    """

    path: Mapping[str, str]
    query: bytes
    headers: Mapping[str, str]
    body: bytes
    path_names: frozenset[str]
    is_query: bool
    ledger: Ledger


class Decoded(msgspec.Struct, Generic[C], frozen=True):
    """A sound command, and the body as sent in canonical JSON (ASCII, sorted keys) for the ledger's fingerprint.

    The latter is empty where the operation stays outside the ledger.
    """

    command: C
    canonical: bytes


class Undecoded(Refusal):
    """VALIDATION_FAILED with what the decoder found; the markdown policy has not been asked."""

    def __init__(self, problems: Problems) -> None:
        found = problems.refusal()
        super().__init__(found.code, found.message, fields=found.fields)
        self.problems = problems


class Plan(msgspec.Struct, frozen=True):
    """Where each field of one command comes from. OpenAPI is generated from plans."""

    path: Members
    query: Members
    repeatable: frozenset[str]
    headers: tuple[Member, ...]
    body: Members


@cache
def plan_of(command: type[msgspec.Struct], path_names: frozenset[str], is_query: bool) -> Plan:
    """Compile a command's declared fields, once. Raises TypeError where one is declared without bounds."""
    path: list[Member] = []
    rest: list[Member] = []
    headers: list[Member] = []
    for field in msgspec.structs.fields(command):
        header = next((each for each in take_apart(field.type).metadata if isinstance(each, Header)), None)
        if header is not None:
            member = member_of(field, is_text=True)
            headers.append(msgspec.structs.replace(member, wire=header.name))
        elif field.encode_name in path_names:
            path.append(member_of(field, is_text=True))
        else:
            rest.append(member_of(field, is_text=is_query))
    if missing := path_names - {member.wire for member in path}:
        raise TypeError(f"{command.__name__} has no field for {sorted(missing)} of its path")
    return Plan(
        path=Members(tuple(path)),
        query=Members(tuple(rest) if is_query else ()),
        repeatable=frozenset(member.wire for member in rest if is_query and isinstance(member.node, Array)),
        headers=tuple(headers),
        body=Members(() if is_query else tuple(rest)),
    )


async def validated(services: Services, actor: Actor, command: type[C], incoming: Incoming) -> Decoded[C]:
    """The command that a request stands for; where it stands for none, its markdown is judged beside all the rest.

    The markdown of a sound command is judged with what its operation prepares. Raises what `decode` raises.
    """
    try:
        return decode(command, incoming)
    except Undecoded as undecoded:
        problems = undecoded.problems
        with suppress(Refusal):  # of a text that nobody can judge now, nothing is told
            for path, source in problems.sources:
                problems.extend(await problems_of(services, actor, source, path))
        raise problems.refusal() from undecoded


def decode(command: type[C], incoming: Incoming) -> Decoded[C]:
    """The command that a request stands for.

    Raises VALIDATION_FAILED with every problem of path, query, headers and body (spec 6.1), those of markdown aside;
    UNSUPPORTED (415) for a body that is not plain `application/json`.
    """
    plan = plan_of(command, incoming.path_names, incoming.is_query)
    problems = Problems()
    fields = plan.path.decode(incoming.path, "", problems, "is not in the path")
    fields.update(_from_query(plan, incoming.query, problems))
    fields.update(_from_headers(plan, incoming, problems))
    body = _read_body(incoming, problems)
    if body is not _UNREADABLE:
        fields.update(decode_object(plan.body, body, "", problems))
    if not problems:
        made = command(**fields)
        if isinstance(made, Command):
            problems.extend(made.contradictions())
        if not problems:
            return Decoded(made, b"" if incoming.ledger is Ledger.NONE else _CANONICAL.encode(body).encode("ascii"))
    raise Undecoded(problems)


def _from_query(plan: Plan, query: bytes, problems: Problems) -> dict[str, Any]:
    values, unreadable = read_query(query)
    for name, message in unreadable:
        problems.add(shown_name(name), message)
    given: dict[str, object] = {}
    for name, texts in values.items():
        given[name] = texts if name in plan.repeatable else texts[0]
        if len(texts) > 1 and name not in plan.repeatable:
            problems.add(shown_name(name), "must be given once")
    return plan.query.decode(given, "", problems, "is not a parameter here; take it out")


def _from_headers(plan: Plan, incoming: Incoming, problems: Problems) -> dict[str, Any]:
    if incoming.ledger is not Ledger.NONE:
        key = incoming.headers.get(_KEY_HEADER.lower())
        if key is not None:
            _KEY.decode(key, _KEY_HEADER, problems)
        elif incoming.ledger is Ledger.REQUIRED:
            problems.add(_KEY_HEADER, "is required: make one up for each write, and retry it with the same")
    decoded: dict[str, Any] = {}
    for member in plan.headers:
        value = incoming.headers.get(member.wire.lower())
        if value is not None:
            decoded[member.name] = member.node.decode(value, member.wire, problems)
        elif member.required:
            problems.add(member.wire, "is required")
    return decoded


def _read_body(incoming: Incoming, problems: Problems) -> object:
    if not incoming.body:
        return {}
    if incoming.is_query:
        problems.add("body", "must be empty in a GET")
        return _UNREADABLE
    if not _JSON_MEDIA_TYPE.fullmatch(incoming.headers.get("content-type", "")):
        raise _unsupported("Send the body as Content-Type: application/json.", ("Accept", "application/json"))
    if incoming.headers.get("content-encoding", "identity").lower() != "identity":
        raise _unsupported("Send the body without a Content-Encoding.", ("Accept-Encoding", "identity"))
    try:
        return parse(incoming.body)
    except Malformed as malformed:
        problems.add("body", str(malformed))
        return _UNREADABLE


def _unsupported(message: str, accepted: tuple[str, str]) -> Refusal:
    return Refusal(Code.UNSUPPORTED, message, status=415, headers=(accepted,))
