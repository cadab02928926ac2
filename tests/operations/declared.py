"""From a command's declared fields to values at their bounds and to values that are just not lawful (spec 5)."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Literal, get_args, get_origin

import msgspec

from fleetprompt import fields
from fleetprompt.characters import REFUSED_IN_A_LINE, REFUSED_IN_PARAGRAPHS
from fleetprompt.constraints import EntityTags, HttpsUrl, IdOf, Items, Range, Rule, SemVer, Shape, Text
from fleetprompt.fields import Header, take_apart
from fleetprompt.web.routing import Route
from fleetprompt.web.walk import QUERY_REPEATS_MAX

WIDE: Final = "𐍈"
"""A letter of four bytes."""

HOST: Final = "https://example.org/"


WRONG: Final[Mapping[type[Rule], tuple[str, ...]]] = {
    HttpsUrl: (
        "http://example.org/",
        "javascript:alert(1)",
        "example.org",
        "https://ada@example.org/",
        "https://127.0.0.1/",
        f"{HOST}{'a' * 2048}",
        "",
    ),
    SemVer: ("1.0", "v1.0.0", "01.0.0", " 1.0.0", f"1.0.0-{'a' * 59}", ""),
    EntityTags: ("1", '"1', '"1" "2"', f'"{"a" * 1023}"'),
}
"""What each rule without bounds refuses. A string that is no id names nothing and is not refused as a field."""


class Place(StrEnum):
    """Where in a request a field travels; in a body it is JSON, elsewhere text."""

    PATH = "path"
    QUERY = "query"
    HEADER = "header"
    BODY = "body"


@dataclass(frozen=True)
class DeclaredField:
    """One top-level field of a command, by its name on the wire."""

    wire: str
    place: Place
    type: Any
    required: bool


@dataclass(frozen=True)
class Slip:
    """A value that must be refused: what is wrong with it, and at which path below the field."""

    what: str
    at: str
    value: Any


class Bound(StrEnum):
    """The least and the most that a field takes, and the most in the letters that take the most bytes."""

    LEAST = "least"
    MOST = "most"
    WIDEST = "widest"


def fields_of(route: Route) -> tuple[DeclaredField, ...]:
    """What a route's requests are made of."""
    found = []
    for field in msgspec.structs.fields(route.operation.command):
        header = next((each for each in take_apart(field.type).metadata if isinstance(each, Header)), None)
        if header is not None:
            place = Place.HEADER
        elif field.encode_name in route.path_names:
            place = Place.PATH
        else:
            place = Place.QUERY if route.is_query else Place.BODY
        wire = field.encode_name if header is None else header.name
        found.append(DeclaredField(wire, place, field.type, field.required))
    return tuple(found)


def checked_fields(route: Route) -> tuple[DeclaredField, ...]:
    """Those that validation may refuse: of the path, an id in any spelling names something or nothing."""
    return tuple(
        field
        for field in fields_of(route)
        if field.place is not Place.PATH or not any(isinstance(each, IdOf) for each in take_apart(field.type).metadata)
    )


def slips(declared: Any, sound: Any, *, is_text: bool) -> Iterator[Slip]:
    """Unlawful values of a declared type. sound: a lawful one, whose members stay as they are around the wrong one."""
    parts = take_apart(declared)
    rule = next((each for each in parts.metadata if isinstance(each, Rule)), None)
    if not is_text and not parts.nullable:
        yield Slip("null", "", None)
    if rule is not None:
        yield from _of_rule(rule, is_text=is_text)
    elif get_origin(parts.base) is tuple:
        items = next((each for each in parts.metadata if isinstance(each, Items)), Items(max=QUERY_REPEATS_MAX))
        yield from _of_list(items, get_args(parts.base)[0], sound, is_text=is_text)
    elif isinstance(parts.base, type) and issubclass(parts.base, msgspec.Struct):
        yield from _of_object(parts.base, sound)
    else:
        yield from _of_closed_set(parts.base, is_text=is_text)


def _of_rule(rule: Rule, *, is_text: bool) -> Iterator[Slip]:
    if isinstance(rule, Range):
        yield from _of_range(rule, is_text=is_text)
        return
    if not is_text:
        yield from _of_other_types(7, True, ["text"], {"text": "text"})
    if isinstance(rule, Text):
        yield from _of_text(rule, is_text=is_text)
    else:
        for wrong in WRONG.get(type(rule), ()):
            yield Slip(f"written {wrong[:30]!r}", "", wrong)


def _of_other_types(*values: Any) -> Iterator[Slip]:
    yield from (Slip(f"{type(value).__name__} {value}", "", value) for value in values)


def _of_range(rule: Range, *, is_text: bool) -> Iterator[Slip]:
    yield Slip("below the least", "", rule.least - 1)
    yield Slip("above the most", "", rule.most + 1)
    yield Slip("far too great", "", 10**30)
    if is_text:
        yield from (Slip(f"written {text!r}", "", text) for text in ("", "one", "1.0", "+1", "01", " 1", "1e1", "１"))
    else:
        yield from _of_other_types(str(rule.most), rule.least + 0.5, True, [rule.least], {})


def _of_text(rule: Text, *, is_text: bool) -> Iterator[Slip]:
    yield Slip("a character too many", "", _filled(rule, rule.most + 1))
    yield Slip("many times too long", "", "a" * (5 * rule.most))
    if rule.least:
        yield Slip("a character too few", "", _filled(rule, rule.least - 1))
    for what, character in _refused_characters(rule.shape, is_text=is_text):
        yield Slip(what, "", f"{'a' * max(0, rule.least - 1)}{character}"[-rule.most :])
    if rule.shape.pattern is not None:
        yield Slip("not of its pattern", "", "é" * max(rule.least, 1))


def _refused_characters(shape: Shape, *, is_text: bool) -> Iterator[tuple[str, str]]:
    yield "NUL", "\0"
    yield "a bidirectional override", "\u202e"
    yield "a tag character", "\U000e0041"
    if not is_text:
        yield "an unpaired surrogate", "\ud800"
    if shape.refused in {REFUSED_IN_A_LINE, REFUSED_IN_PARAGRAPHS}:
        yield "a control character", "\x07"
    if shape.refused is REFUSED_IN_A_LINE:
        yield "a line break", "\n"
    if not shape.format_characters:
        yield "a format character", "\u00ad"
    if shape.visible:
        yield "nothing visible", " "


def _of_closed_set(base: Any, *, is_text: bool) -> Iterator[Slip]:
    if base is bool:
        yield from _of_other_types("yes", "1", "True") if is_text else _of_other_types("true", 1, [True])
        return
    words = get_args(base) if get_origin(base) is Literal else tuple(base)
    yield Slip("another word", "", "nonsense")
    yield Slip("upper case", "", str(words[0]).upper())
    yield Slip("no word", "", "")
    if not is_text:
        yield from _of_other_types(7, True, [str(words[0])], {})


def _of_list(items: Items, member: Any, sound: Any, *, is_text: bool) -> Iterator[Slip]:
    if not is_text:
        yield from _of_other_types("text", 7, {}, True)
    one = sound[0]
    if not (items.unique and _is_enum(member)):
        yield Slip("one too many", "", [_distinct(member, one, place) for place in range(items.max + 1)])
    if items.min:
        yield Slip("too few", "", [])
    if items.unique:
        yield Slip("a double", "[1]", [one, one])
    for slip in slips(member, one, is_text=is_text):
        yield Slip(f"a member that is {slip.what}", f"[0]{slip.at}", [slip.value])


def _distinct(member: Any, sound: Any, place: int) -> Any:
    """A lawful member that differs from the others where a text can."""
    parts = take_apart(member)
    is_text = any(isinstance(each, Text) for each in parts.metadata)
    return f"{sound[:20]}{place}" if is_text else sound


def _is_enum(declared: Any) -> bool:
    base = take_apart(declared).base
    return isinstance(base, type) and issubclass(base, StrEnum)


def _of_object(struct: type[msgspec.Struct], sound: Mapping[str, Any]) -> Iterator[Slip]:
    yield from _of_other_types("text", 7, ["text"], True)
    for field in msgspec.structs.fields(struct):
        name = field.encode_name
        if field.required:
            without = {other: value for other, value in sound.items() if other != name}
            yield Slip("missing", f".{name}", without)
        for slip in slips(field.type, sound.get(name), is_text=False):
            yield Slip(slip.what, f".{name}{slip.at}", {**sound, name: slip.value})


def at_bound(declared: Any, sound: Any, bound: Bound, *, is_text: bool) -> Any:
    """A lawful value of a declared type at one of its bounds; `sound` where it has none."""
    parts = take_apart(declared)
    rule = next((each for each in parts.metadata if isinstance(each, Rule)), None)
    if isinstance(rule, Text):
        return _text_at(rule, sound, bound)
    if isinstance(rule, Range):
        return rule.least if bound is Bound.LEAST else rule.most
    if isinstance(rule, HttpsUrl):
        return "https://a.bc" if bound is Bound.LEAST else HOST + secrets.token_hex(1014)
    if isinstance(rule, SemVer):
        return "0.0.0" if bound is Bound.LEAST else f"1.0.0-{secrets.token_hex(29)}"
    if get_origin(parts.base) is tuple:
        items = next((each for each in parts.metadata if isinstance(each, Items)), Items(max=QUERY_REPEATS_MAX))
        return _list_at(items, get_args(parts.base)[0], sound, bound, is_text=is_text)
    if isinstance(sound, dict):
        types = {field.encode_name: field.type for field in msgspec.structs.fields(parts.base)}
        return {name: at_bound(types[name], value, bound, is_text=False) for name, value in sound.items()}
    return sound


def _text_at(rule: Text, sound: Any, bound: Bound) -> Any:
    if rule.shape is fields.DIGEST or rule.shape is fields.TOKEN:
        return sound
    if bound is Bound.WIDEST and rule.shape.pattern is None:
        return WIDE * rule.most
    return _filled(rule, rule.least if bound is Bound.LEAST else rule.most)


def _filled(rule: Text, length: int) -> str:
    """A text of this length that its shape takes, and no other request has sent."""
    domain = "@example.org"
    if rule.shape is fields.EMAIL:
        return "a@b"[:length] if length <= len(domain) else _letters(length - len(domain)) + domain
    return _letters(length)


def _letters(length: int) -> str:
    return secrets.token_hex(length)[:length]


def _list_at(items: Items, member: Any, sound: Any, bound: Bound, *, is_text: bool) -> Any:
    if bound is Bound.LEAST:
        return sound[: items.min]
    if _is_enum(member):
        return sound
    return [at_bound(member, sound[0], bound, is_text=is_text) for _ in range(items.max)]
