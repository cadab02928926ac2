"""From the texts of a form to the JSON body that its command is decoded from, so that both have the same problems.

Names in a form are the field paths of the API: `name`, `description.markdown`, `images[0].url`. A list of plain values
comes repeated (checkboxes) or as one text with commas or line breaks between them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, Literal, get_args, get_origin

import msgspec

from fleetprompt.characters import REFUSED_IN_A_LINE
from fleetprompt.constraints import HttpsUrl, Range, SemVer, Text
from fleetprompt.fields import Header, take_apart

Typed = Mapping[str, list[str]]

ITEMS_MAX: Final = 100
_ABSENT: Final = object()
_BETWEEN_VALUES: Final = re.compile(r"[,\r\n]")
_DIGITS: Final = re.compile(r"-?[0-9]{1,16}", re.ASCII)
_ITEM: Final = re.compile(r"([A-Za-z.]+)\[([0-9]{1,3})\](\..+)?", re.ASCII)


def body_of(command: type[msgspec.Struct], typed: Typed, path_names: frozenset[str]) -> dict[str, Any]:
    """The body of `command` as JSON values. What is blank and may be absent is absent, or null where that clears it."""
    return _fields_of(command, typed, "", path_names)


def rows_of(names: Iterable[str], path: str) -> frozenset[int]:
    """The numbers of the rows that fields of these names belong to, of the list at `path`."""
    items = (_ITEM.fullmatch(name) for name in names if name.startswith(f"{path}["))
    return frozenset(int(item[2]) for item in items if item and item[1] == path)


def compacted(typed: Typed) -> dict[str, list[str]]:
    """`typed` without the rows of a list in which nothing was typed, the others numbered from 0."""
    items = {name: item for name in typed if (item := _ITEM.fullmatch(name))}
    filled: dict[str, set[int]] = {}
    for name, item in items.items():
        if any(value.strip() for value in typed[name]):
            filled.setdefault(item[1], set()).add(int(item[2]))
    places = {path: {row: place for place, row in enumerate(sorted(rows))} for path, rows in filled.items()}
    kept: dict[str, list[str]] = {}
    for name, values in typed.items():
        if name not in items:
            kept[name] = values
            continue
        path, row, rest = items[name].group(1, 2, 3)
        place = places.get(path, {}).get(int(row))
        if place is not None:
            kept[f"{path}[{place}]{rest or ''}"] = values
    return kept


def _fields_of(
    struct: type[msgspec.Struct], typed: Typed, prefix: str, left_out: frozenset[str] = frozenset()
) -> dict[str, Any]:
    body: dict[str, Any] = {}
    for field in msgspec.structs.fields(struct):
        parts = take_apart(field.type)
        if field.encode_name in left_out or any(isinstance(each, Header) for each in parts.metadata):
            continue
        value = _value(field, prefix + field.encode_name, typed)
        if value is not _ABSENT:
            body[field.encode_name] = value
    return body


def _value(field: msgspec.structs.FieldInfo, path: str, typed: Typed) -> Any:
    parts = take_apart(field.type)
    if isinstance(parts.base, type) and issubclass(parts.base, msgspec.Struct):
        texts = [values[-1] for name, values in typed.items() if name.startswith(f"{path}.")]
        if not texts:
            return _ABSENT
        if not field.required and not any(text.strip() for text in texts):
            return None if parts.nullable else _ABSENT
        return _nested(parts.base, path, typed)
    if get_origin(parts.base) is tuple:
        return _list(get_args(parts.base)[0], path, typed)
    if path not in typed:
        return _ABSENT
    text = _as_typed(parts.metadata, typed[path][-1])
    if text == "" and not field.required and not _takes_nothing(parts.metadata):
        return None if parts.nullable else _ABSENT
    return _plain(parts.base, parts.metadata, text)


def _nested(struct: type[msgspec.Struct], path: str, typed: Typed) -> dict[str, Any]:
    """An object with the words that could not be others filled in: no form asks for the format of a text."""
    only_words = {
        field.encode_name: words[0]
        for field in msgspec.structs.fields(struct)
        if get_origin(base := take_apart(field.type).base) is Literal and len(words := get_args(base)) == 1
    }
    return {**only_words, **_fields_of(struct, typed, f"{path}.")}


def _list(item: Any, path: str, typed: Typed) -> Any:
    parts = take_apart(item)
    if isinstance(parts.base, type) and issubclass(parts.base, msgspec.Struct):
        rows = rows_of(typed, path)
        if not rows and path not in typed:
            return _ABSENT
        return [_nested(parts.base, f"{path}[{number}]", typed) for number in range(min(len(rows), ITEMS_MAX))]
    if path not in typed:
        return _ABSENT
    return [_plain(parts.base, parts.metadata, value) for value in _values(typed[path])]


def _values(texts: list[str]) -> Iterator[str]:
    for text in texts:
        yield from (value.strip() for value in _BETWEEN_VALUES.split(text) if value.strip())


def _plain(base: Any, metadata: tuple[Any, ...], text: str) -> Any:
    if base is bool:
        return text in {"true", "on"}
    if any(isinstance(each, Range) for each in metadata) and _DIGITS.fullmatch(text.strip()):
        return int(text)
    return text


def _takes_nothing(metadata: tuple[Any, ...]) -> bool:
    return any(isinstance(each, Text) and each.least == 0 for each in metadata)


def _as_typed(metadata: tuple[Any, ...], text: str) -> str:
    """Lines end as they are stored; what stands in one line is made one, without the spaces that pasting leaves."""
    ended = text.replace("\r\n", "\n")
    return ended.strip().replace("\n", " ") if any(_is_of_one_line(each) for each in metadata) else ended


def _is_of_one_line(rule: Any) -> bool:
    if isinstance(rule, Text):
        return rule.shape.refused is REFUSED_IN_A_LINE and not rule.shape.as_sent
    return isinstance(rule, HttpsUrl | SemVer)
