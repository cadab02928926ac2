"""What a request and its reply look like: examples of every operation, made from the declarations alone.

A field of a command shows what its type declares (`Example`) or what its rule implies. A field of a reply shows what
the same name shows in the operation's command, then in any command, then in `SHOWN`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any, Final, Literal, get_args, get_origin, get_type_hints

import msgspec

from fleetprompt.constraints import EntityTags, Example, HttpsUrl, IdOf, Range, Rule, SemVer
from fleetprompt.enums import EventType, ListingStatus, VerificationStatus
from fleetprompt.errors import Refusal
from fleetprompt.fields import take_apart
from fleetprompt.runtime.operations import Operation
from fleetprompt.web.decoding import Incoming, decode, plan_of
from fleetprompt.web.routing import Route

EPOCH_MS: Final = 1_795_000_000_000
MINUTES_15_MS: Final = 900_000
_SUFFIX: Final = "01kaj3x5rhf4zvd0xk6qtbn8my"


def example_id(prefix: str) -> str:
    """An id that names nothing anywhere."""
    return f"{prefix}_{_SUFFIX}"


SHOWN: Final[Mapping[str, Any]] = {
    "userId": example_id("usr"),
    "publisherId": example_id("pub"),
    "sessionId": example_id("ses"),
    "eventId": example_id("evt"),
    "causeEventId": example_id("evt"),
    "requestId": example_id("req"),
    "buyerUserId": example_id("usr"),
    "reporterUserId": example_id("usr"),
    "AuditActor.id": example_id("usr"),
    "AuditActor.name": "Ada Lovelace",
    "releaseVersion": "1.4.0",
    "listingName": "Review agent",
    "publisherHandle": "ada-labs",
    "AuditEvent.summary": "An install token was revoked.",
    "AdminReport.summary": "Its documentation asks for a password.",
    "assetDigest": "sha256:" + "5e" * 32,
    "buyerRef": "kq3vJm0eQ0m5i8o2nqG1y6bqk1qk0y2s9b3f5v7x9zA",
    "csrfToken": "kq3vJm0eQ0m5i8o2nqG1y6bqk1qk0y2s9b3f5v7x9zA",
    "clockAheadMs": 3,
    "eventLoopLagMs": 2,
    "database": "writable",
    "day": "2026-11-18",
    "etag": '"3"',
    "expiresAtMs": EPOCH_MS + MINUTES_15_MS,
    "fingerprint": "9f86d081884c7d65",
    "handoverUrl": "https://partner.example/install",
    "html": "<p>Reviews <strong>pull requests</strong>.</p>\n",
    "KeyVersion.version": "v1",
    "keyVersion": "v1",
    "message": "Raw HTML is not allowed.",
    "migration": "0002",
    "name": "Review agent",
    "nextCursor": None,
    "publisherBarred": False,
    "secret": "shown in this reply and its replays alone",
    "suggestion": "Reviews \\<b>pull requests\\</b>.",
    "value": "code-review",
    "tag": "code-review",
    "category": "code-review",
    "version": "1.4.0",
    "EventType": EventType.INSTALL_TOKEN_REVOKED,
    "ListingStatus": ListingStatus.PUBLISHED,
    "VerificationStatus": VerificationStatus.VERIFIED,
}
"""What replies show under a name, under a name of one shape only, and for an enum where that is not its first word."""

EXCEPTIONAL: Final = frozenset(
    {"suspension", "revokedAtMs", "revokeReason", "endedAtMs", "suspendedAtMs", "suspendReason", "resolvedAtMs"}
    | {"resolutionReason", "resolvedByUserId", "flagReason", "html", "details"}
)
"""Optional fields of replies that are only there in another state than the one shown."""


def command_example(command: type[msgspec.Struct]) -> dict[str, Any]:
    """Each field of a command as a client sends it, by its Python name."""
    hints = get_type_hints(command, include_extras=True)
    return {field.name: _declared_example(hints[field.name]) for field in msgspec.structs.fields(command)}


def body_example(route: Route) -> dict[str, Any]:
    """A body that the route takes: every field, but for optional ones that contradict the others."""
    operation = route.operation
    plan = plan_of(operation.command, route.path_names, route.is_query)
    shown = command_example(operation.command)
    body = {member.wire: shown[member.name] for member in plan.body.all}
    optional = {member.wire for member in plan.body.all if not member.required}
    incoming = Incoming(
        path={member.wire: shown[member.name] for member in plan.path.all},
        query=b"",
        headers={"content-type": "application/json", "idempotency-key": "k"}
        | {member.wire.lower(): shown[member.name] for member in plan.headers},
        body=b"",
        path_names=route.path_names,
        is_query=False,
        ledger=operation.ledger,
    )
    while contradicting := optional & body.keys() & _refused(operation, incoming, body):
        body = {name: value for name, value in body.items() if name not in contradicting}
    return body


def _refused(operation: Operation, incoming: Incoming, body: dict[str, Any]) -> set[str]:
    try:
        decode(operation.command, msgspec.structs.replace(incoming, body=msgspec.json.encode(body)))
    except Refusal as refusal:
        return {problem.field_name.partition("[")[0].partition(".")[0] for problem in refusal.fields}
    return set()


def vocabulary(operations: Iterable[Operation]) -> dict[str, Any]:
    """What each name shows that some command declares."""
    names: dict[str, Any] = {}
    for operation in sorted(operations, key=lambda each: each.name, reverse=True):
        _learn(operation.command, names)
    return names


def reply_example(operation: Operation, names: Mapping[str, Any]) -> Any:
    """What the operation answers. names: as `vocabulary` gives them."""
    own: dict[str, Any] = {}
    _learn(operation.command, own)
    return msgspec.to_builtins(_Reply({**names, **SHOWN, **own}).example(operation.result, ""))


def _learn(struct: type[msgspec.Struct], names: dict[str, Any]) -> None:
    hints = get_type_hints(struct, include_extras=True)
    for field in msgspec.structs.fields(struct):
        held = take_apart(hints[field.name]).base
        names[field.encode_name] = _declared_example(hints[field.name])
        inner = get_args(held)[0] if get_origin(held) is tuple else held
        if isinstance(inner, type) and issubclass(inner, msgspec.Struct):
            _learn(inner, names)


def _declared_example(declared: Any) -> Any:
    """What a command's field shows. Of a nested object with nothing required only the first field is shown."""
    parts = take_apart(declared)
    base = parts.base
    for each in parts.metadata:
        if isinstance(each, Example):
            return each.value
    for each in parts.metadata:
        if isinstance(each, Rule):
            return _implied(each)
    if get_origin(base) is tuple:
        return [_declared_example(get_args(base)[0])]
    if isinstance(base, type) and issubclass(base, msgspec.Struct):
        return _object_example(base)
    return _closed(base)


def _object_example(struct: type[msgspec.Struct]) -> dict[str, Any]:
    hints = get_type_hints(struct, include_extras=True)
    fields = msgspec.structs.fields(struct)
    shown = [field for field in fields if field.required] or list(fields[:1])
    return {field.encode_name: _declared_example(hints[field.name]) for field in shown}


def _implied(rule: Rule) -> Any:
    match rule:
        case IdOf(prefix=prefix):
            return example_id(prefix)
        case SemVer():
            return "1.4.0"
        case HttpsUrl():
            return "https://example.org/"
        case EntityTags():
            return '"3"'
        case Range(least=least):
            return max(least, 1)
    return _closed(str)


def _closed(base: Any) -> Any:
    """The first word of a closed set, or what any value of a plain type could be."""
    if get_origin(base) is Literal:
        return get_args(base)[0]
    if isinstance(base, type) and issubclass(base, StrEnum):
        return next(iter(base)).value
    return {bool: True, int: 3, str: "text", float: 0.5}.get(base)


class _Reply:
    """Builds the example of one reply from what names show."""

    def __init__(self, names: Mapping[str, Any]) -> None:
        self._names = names

    def example(self, declared: Any, name: str, shape: str = "") -> Any:
        """What a field called `name` of this type shows in `shape`."""
        parts = take_apart(declared)
        base, origin = parts.base, get_origin(parts.base)
        if origin in (list, tuple, Sequence):
            return [self.example(get_args(base)[0], _singular(name))]
        if origin is dict:
            return {"code-review": self.example(get_args(base)[1], "")}
        struct = origin or base
        if isinstance(struct, type) and issubclass(struct, msgspec.Struct):
            return self._object(struct, get_args(base))
        if isinstance(struct, type) and issubclass(struct, StrEnum):
            return self._names.get(struct.__name__) or _closed(base)
        declared_examples = [each.value for each in parts.metadata if isinstance(each, Example)]
        names = (f"{shape}.{name}", name)
        shown = [self._names[each] for each in names if each in self._names and _is_a(self._names[each], declared)]
        return next(iter(declared_examples + shown), _number(name) if base is int else _closed(base))

    def _object(self, struct: type[msgspec.Struct], arguments: tuple[Any, ...]) -> dict[str, Any]:
        hints = get_type_hints(struct, include_extras=True)
        given = dict(zip(getattr(struct, "__parameters__", ()), arguments, strict=False))
        fields = msgspec.structs.fields(struct)
        usual = [each for each in fields if each.required or each.encode_name not in EXCEPTIONAL]
        shown = usual if any(each.required for each in fields) else usual[:1]
        return {
            each.encode_name: self.example(_substituted(hints[each.name], given), each.encode_name, struct.__name__)
            for each in shown
        }


def _is_a(value: Any, declared: Any) -> bool:
    return type(value) in (declared, *get_args(declared))


def _substituted(declared: Any, given: Mapping[Any, Any]) -> Any:
    arguments = get_args(declared)
    if declared in given:
        return given[declared]
    return declared[tuple(given.get(each, each) for each in arguments)] if set(arguments) & given.keys() else declared


def _singular(name: str) -> str:
    return {"categories": "category"}.get(name, name.removesuffix("s"))


def _number(name: str) -> int:
    if name.endswith(("AtMs", "TimeMs")):
        return EPOCH_MS
    return MINUTES_15_MS if name.endswith("Ms") else 3
