"""JSON Schema in words: what a value may be, and the fields of a body one by one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec

Schema = Mapping[str, Any]

_ID: Final = re.compile(r"\^([a-z]+_)\[0-7\]")
_PRINTABLE: Final = "^(?:[!-~]+)$"
_SLUG: Final = "^(?:[a-z0-9]+(?:-[a-z0-9]+)*)$"
_HTTPS: Final = "^https://"
_NESTED_MAX: Final = 8

_PATTERNS: Final[Mapping[str, str]] = {
    _PRINTABLE: "printable ASCII without spaces",
    _SLUG: "lower-case words joined by hyphens",
    _HTTPS: "an https address",
}
_KINDS: Final[Mapping[str, str]] = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
    "object": "object",
    "array": "list",
    "null": "null",
}


@dataclass(frozen=True)
class Field:
    """One field of a body, or one parameter. path: `images[].url`. place: of a parameter. default: as JSON has it."""

    path: str
    told: str
    is_required: bool
    default: str = ""
    place: str = ""
    description: str = ""


class Shapes:
    """The schemas that a document names, which others refer to."""

    def __init__(self, schemas: Mapping[str, Schema]) -> None:
        self._schemas = schemas

    def told(self, schema: Schema) -> str:
        """What a value may be: `text, 1 to 80 characters`; closed sets word by word."""
        schema, nullable = self._plain(schema)
        if "enum" in schema:
            words = f"one of {', '.join(str(each) for each in schema['enum'])}"
            words = words if len(schema["enum"]) > 1 else f"always {schema['enum'][0]}"
        elif schema.get("type") == "array":
            words = self._list(schema)
        else:
            kind = _KINDS.get(str(schema.get("type", "")), "any value")
            words = ", ".join(_text(schema) if kind == "text" else [kind, *_range(schema)])
        return f"{words}, or null" if nullable else words

    def fields(self, schema: Schema, path: str = "", depth: int = 0) -> Iterator[Field]:
        """The fields below a schema, the inner ones behind the one that holds them."""
        schema, _ = self._plain(schema)
        if schema.get("type") == "array":
            yield from self.fields(schema["items"], f"{path}[]", depth)
        required = schema.get("required", ())
        for name, inner in schema.get("properties", {}).items():
            inner_path = f"{path}.{name}" if path else name
            yield Field(inner_path, self.told(inner), name in required, default_of(inner))
            if depth < _NESTED_MAX:
                yield from self.fields(inner, inner_path, depth + 1)

    def _list(self, schema: Schema) -> str:
        most = [f"at most {schema['maxItems']}"] if "maxItems" in schema else []
        least = [f"at least {schema['minItems']}"] if schema.get("minItems") else []
        once = ["each once"] if schema.get("uniqueItems") else []
        return ", ".join([f"list of: {self.told(schema['items'])}", *least, *most, *once])

    def _plain(self, schema: Schema) -> tuple[Schema, bool]:
        """A schema itself behind references, and whether it may be null instead."""
        nullable = False
        while "$ref" in schema or "anyOf" in schema:
            if "$ref" in schema:
                schema = self._schemas[schema["$ref"].rpartition("/")[2]]
                continue
            others = [each for each in schema["anyOf"] if each.get("type") != "null"]
            nullable = nullable or len(others) < len(schema["anyOf"])
            schema = others[0]
        return schema, nullable


def _text(schema: Schema) -> list[str]:
    pattern = schema.get("pattern", "")
    if found := _ID.match(pattern):
        return [f"id, {found[1]}…"]
    least, most = schema.get("minLength"), schema.get("maxLength")
    length = [] if most is None else [f"{least} to {most} characters" if least else f"at most {most} characters"]
    form = [_PATTERNS.get(pattern, f"of the form {pattern}")] if pattern else []
    return ["text", *length, *form]


def _range(schema: Schema) -> list[str]:
    least, most = schema.get("minimum"), schema.get("maximum")
    if least is None or most is None:
        return [] if least is None else [f"at least {least}"]
    return [f"{least} to {most}"]


def default_of(schema: Schema) -> str:
    """What is taken where a value is absent, as JSON has it; that a list is empty then needs no telling."""
    value = schema.get("default")
    return msgspec.json.encode(value).decode() if isinstance(value, bool | int) else str(value or "")
