"""The walk over declared fields: plain values in, decoded values out, and every problem on the way (spec 6.1).

`node_of` compiles a declared type into a node; a node decodes values and describes itself as JSON Schema, so that
OpenAPI says what the decoder does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from typing import Any, Final, Literal, Protocol, get_args, get_origin

import msgspec

from fleetprompt.constraints import Choice, Flag, Items, Markdown, Rule, Unfit
from fleetprompt.errors import Refusal, invalid
from fleetprompt.fields import take_apart
from fleetprompt.web.strict_json import DoubledKeys

PROBLEMS_MAX: Final = 200
SHOWN_NAME_LENGTH_MAX: Final = 40
QUERY_REPEATS_MAX: Final = 20


class Problems:
    """What is wrong with one request, in the order in which it was found; at most `PROBLEMS_MAX` are kept.

    sources: (path, source) of each text that is sound so far, and that the markdown policy has yet to judge.
    """

    def __init__(self) -> None:
        self._found: list[tuple[str, str]] = []
        self.sources: list[tuple[str, str]] = []

    def __len__(self) -> int:
        return len(self._found)

    def add(self, path: str, message: str) -> None:
        """Note that the field at `path` must be mended as `message` says."""
        if not self.are_too_many:
            self._found.append((path, message))

    def extend(self, found: Iterable[tuple[str, str]]) -> None:
        """Note each (path, message)."""
        for path, message in found:
            self.add(path, message)

    @property
    def are_too_many(self) -> bool:
        """Whether looking for more of them is in vain."""
        return len(self._found) >= PROBLEMS_MAX

    def refusal(self) -> Refusal:
        """VALIDATION_FAILED with all of them."""
        return invalid(*self._found)


class Node(Protocol):
    """What one declared type takes."""

    def decode(self, value: object, path: str, problems: Problems) -> Any:
        """The decoded form of `value`; of no meaning where problems were added."""
        ...

    def schema(self) -> dict[str, Any]:
        """The type as JSON Schema."""
        ...


class Leaf:
    """A value under one rule, given as JSON or as the text of a path, query or header."""

    def __init__(self, rule: Rule, *, is_text: bool) -> None:
        self._take: Callable[[Any], Any] = rule.read if is_text else rule.accept
        self._rule = rule
        self._is_markdown = isinstance(rule, Markdown)

    def decode(self, value: object, path: str, problems: Problems) -> Any:
        """The rule's decoded form."""
        try:
            taken = self._take(value)
        except Unfit as unfit:
            problems.add(path, "must not be null" if value is None else str(unfit))
            return None
        if self._is_markdown:
            problems.sources.append((path, taken))
        return taken

    def schema(self) -> dict[str, Any]:
        """The rule's schema."""
        return self._rule.schema()


class Nullable:
    """A value, or null."""

    def __init__(self, node: Node) -> None:
        self._node = node

    def decode(self, value: object, path: str, problems: Problems) -> Any:
        """None, or the value's decoded form."""
        return None if value is None else self._node.decode(value, path, problems)

    def schema(self) -> dict[str, Any]:
        """Either schema."""
        return {"anyOf": [self._node.schema(), {"type": "null"}]}


class Array:
    """Several values of one type, decoded to a tuple."""

    def __init__(self, items: Items, member: Node) -> None:
        self._items = items
        self._member = member

    def decode(self, value: object, path: str, problems: Problems) -> Any:
        """The tuple of decoded values. Those past the most that may be are not looked at."""
        if not isinstance(value, list):
            problems.add(path, "must be a list")
            return None
        items = self._items
        if not items.min <= len(value) <= items.max:
            problems.add(path, self._bounds())
        decoded = []
        first_seen: dict[object, int] = {}
        for index, each in enumerate(value[: items.max]):
            at = f"{path}[{index}]"
            known = len(problems)
            member = self._member.decode(each, at, problems)
            if items.unique and known == len(problems) and (first := first_seen.setdefault(member, index)) != index:
                problems.add(at, f"repeats {path}[{first}]; take one out")
            decoded.append(member)
        return tuple(decoded)

    def _bounds(self) -> str:
        items = self._items
        return f"must hold {f'{items.min} to' if items.min else 'at most'} {items.max} values"

    def schema(self) -> dict[str, Any]:
        """An array with its bounds."""
        items = self._items
        bounds: dict[str, Any] = {"minItems": items.min} if items.min else {}
        unique = {"uniqueItems": True} if items.unique else {}
        return {"type": "array", "items": self._member.schema(), **bounds, "maxItems": items.max, **unique}


class Member(msgspec.Struct, frozen=True):
    """One field of a struct: its Python name, its name on the wire, and what it takes."""

    name: str
    wire: str
    node: Node
    required: bool
    default: Any

    def schema(self) -> dict[str, Any]:
        """The node's schema with the default."""
        schema = self.node.schema()
        if self.default is msgspec.UNSET or self.default is msgspec.NODEFAULT:
            return schema
        return {**schema, "default": msgspec.json.decode(msgspec.json.encode(self.default))}


class Members:
    """The fields of a struct that come from one place."""

    def __init__(self, members: tuple[Member, ...]) -> None:
        self.all = members
        self._wires = frozenset(member.wire for member in members)

    def decode(self, given: Mapping[str, object], prefix: str, problems: Problems, unknown: str) -> dict[str, Any]:
        """The decoded fields by Python name. unknown: what to do about a name that is not among them."""
        decoded: dict[str, Any] = {}
        matched = 0
        for member in self.all:
            value = given.get(member.wire, msgspec.UNSET)
            if value is not msgspec.UNSET:
                matched += 1
                decoded[member.name] = member.node.decode(value, prefix + member.wire, problems)
            elif member.required:
                problems.add(prefix + member.wire, "is required")
        if matched < len(given):
            for name in given:
                if problems.are_too_many:
                    break
                if name not in self._wires:
                    problems.add(prefix + shown_name(name), unknown)
        return decoded

    def schema(self) -> dict[str, Any]:
        """An object of these fields and no others."""
        return {
            "type": "object",
            "properties": {member.wire: member.schema() for member in self.all},
            "required": [member.wire for member in self.all if member.required],
            "additionalProperties": False,
        }


class Object:
    """A nested struct."""

    def __init__(self, struct: type[msgspec.Struct]) -> None:
        self._struct = struct
        self.members = Members(tuple(member_of(field, is_text=False) for field in msgspec.structs.fields(struct)))

    def decode(self, value: object, path: str, problems: Problems) -> Any:
        """An instance of the struct."""
        known = len(problems)
        fields = decode_object(self.members, value, path, problems)
        return self._struct(**fields) if len(problems) == known else None

    def schema(self) -> dict[str, Any]:
        """The object."""
        return self.members.schema()


def decode_object(members: Members, value: object, path: str, problems: Problems) -> dict[str, Any]:
    """The decoded fields of a JSON object at `path`, which is empty for the body itself."""
    if not isinstance(value, dict):
        problems.add(path or "body", "must be a JSON object")
        return {}
    prefix = f"{path}." if path else ""
    if isinstance(value, DoubledKeys):
        for key in sorted(value.doubled):
            problems.add(prefix + shown_name(key), "must be given once")
    return members.decode(value, prefix, problems, "is not a field here; take it out")


def shown_name(name: str) -> str:
    """A client's own name for a field as an answer may repeat it: short, and nothing in it invisible."""
    cut = name if len(name) <= SHOWN_NAME_LENGTH_MAX else f"{name[:SHOWN_NAME_LENGTH_MAX]}…"
    return "".join(each if each.isprintable() else f"\\u{{{ord(each):x}}}" for each in cut) or '""'


def member_of(field: msgspec.structs.FieldInfo, *, is_text: bool) -> Member:
    """The compiled form of one field of a struct."""
    return Member(field.name, field.encode_name, node_of(field.type, is_text=is_text), field.required, field.default)


def node_of(declared: Any, *, is_text: bool = False) -> Node:
    """What a declared type takes. Raises TypeError where its bounds are not declared. is_text: not JSON but text."""
    parts = take_apart(declared)
    node = _held(parts.base, parts.metadata, is_text=is_text)
    return Nullable(node) if parts.nullable else node


def json_schema(declared: Any) -> dict[str, Any]:
    """The JSON Schema of a declared type."""
    return node_of(declared).schema()


def _held(base: Any, metadata: tuple[Any, ...], *, is_text: bool) -> Node:
    if rule := _rule(base, metadata):
        return Leaf(rule, is_text=is_text)
    if get_origin(base) is tuple:
        items = next((each for each in metadata if isinstance(each, Items)), None)
        if items is None and not is_text:
            raise TypeError(f"a list needs Items to bound it: {base}")
        return Array(items or Items(max=QUERY_REPEATS_MAX), node_of(get_args(base)[0], is_text=is_text))
    if isinstance(base, type) and issubclass(base, msgspec.Struct) and not is_text:
        return Object(base)
    raise TypeError(f"a field needs a rule from fleetprompt.fields: {base}")


def _rule(base: Any, metadata: tuple[Any, ...]) -> Rule | None:
    for each in metadata:
        if isinstance(each, Rule):
            return each
    if base is bool:
        return Flag()
    if get_origin(base) is Literal:
        return Choice(get_args(base))
    if isinstance(base, type) and issubclass(base, StrEnum):
        return Choice(tuple(base), base)
    return None
