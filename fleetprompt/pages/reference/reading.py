"""The OpenAPI document as the reference tells it: areas, their operations, and what all of them have in common."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Final
from urllib.parse import urlencode

import msgspec

from fleetprompt.errors import Code
from fleetprompt.pages.reference.schemas import Field, Shapes, default_of

EVERYWHERE: Final = frozenset({"405", "406", "413", "415", "429", "500", "503"})
"""The statuses of refusals that hardly any operation is without; the overview tells of them once."""

INSTANCES_KEPT: Final = 4
_REFUSED_FROM: Final = 400
_SPEC: Final = re.compile(r" \(spec [^)]*\)")
_CODE: Final = re.compile(rf"`([^`]+)`|\b({'|'.join(Code)})\b")


@dataclass(frozen=True)
class Span:
    """A part of a text, and whether it is a word of the API."""

    text: str
    is_code: bool


@dataclass(frozen=True)
class Refused:
    """How something is refused. codes: of the envelope. meaning: in a sentence, or the reasons of a conflict."""

    status: str
    codes: str
    meaning: list[Span]


@dataclass(frozen=True)
class Answer:
    """A success. example: as JSON; empty where the answer is no JSON."""

    status: str
    media_type: str
    fields: list[Field]
    headers: list[str]
    example: str


@dataclass(frozen=True)
class Operation:
    """One operation. callers: who may call it, each in a phrase. call: a line for a shell; empty where it is signed."""

    id: str
    method: str
    path: str
    summary: list[Span]
    description: list[Span]
    callers: list[str]
    limits: list[str]
    parameters: list[Field]
    body: list[Field]
    body_example: str
    call: str
    answer: Answer
    refused: list[Refused]
    everywhere: list[str]

    @cached_property
    def said(self) -> str:
        """All words that it can be found by."""
        texts = [self.id, self.method, self.path, *(span.text for span in (*self.summary, *self.description))]
        texts += [field.path for field in (*self.parameters, *self.body, *self.answer.fields)]
        return " ".join([*texts, *(each.codes for each in self.refused)]).lower()


@dataclass(frozen=True)
class Area:
    """The operations for one kind of caller."""

    name: str
    description: str
    operations: list[Operation]


@dataclass(frozen=True)
class Header:
    """A header that answers carry."""

    name: str
    meaning: list[Span]
    example: str


@dataclass(frozen=True)
class Reference:
    """The whole document. refusal_example: an answer that refuses, as JSON."""

    version: str
    areas: list[Area]
    refused: list[Refused]
    refusal_example: str
    headers: list[Header]

    def area(self, name: str) -> Area | None:
        """The area of a name."""
        return next((area for area in self.areas if area.name == name), None)

    def found(self, text: str) -> list[tuple[Area, list[Operation]]]:
        """The operations in whose description every word of `text` stands, by area; without a text all of them."""
        words = text.lower().split()
        each = (
            (area, [one for one in area.operations if all(word in one.said for word in words)]) for area in self.areas
        )
        return [(area, operations) for area, operations in each if operations]


@lru_cache(maxsize=INSTANCES_KEPT)
def reference_of(contract: bytes, base_url: str) -> Reference:
    """The reference of an OpenAPI document. base_url: where this instance is reached."""
    document = msgspec.json.decode(contract)
    reader = _Reader(document, base_url)
    answers = document["components"]["responses"].values()
    return Reference(
        version=document["info"]["version"],
        areas=[Area(tag["name"], tag["description"], list(reader.operations(tag["name"]))) for tag in document["tags"]],
        refused=[reader.refused(name.removeprefix("Refused"), each) for name, each in reader.shared()],
        refusal_example=next(_pretty(_example(each)) for each in answers),
        headers=[
            Header(name, spans(each["description"]), str(each["example"]))
            for name, each in document["components"]["headers"].items()
        ],
    )


def spans(text: str) -> list[Span]:
    """A text of the document in parts: what stands in backticks and the codes of refusals are words of the API."""
    text = _SPEC.sub("", text)
    parts: list[Span] = []
    plain_from = 0
    for found in _CODE.finditer(text):
        parts += [Span(text[plain_from : found.start()], is_code=False), Span(found[1] or found[2], is_code=True)]
        plain_from = found.end()
    return [each for each in (*parts, Span(text[plain_from:], is_code=False)) if each.text]


class _Reader:
    def __init__(self, document: dict[str, Any], base_url: str) -> None:
        self._paths = document["paths"]
        self._components = document["components"]
        self._shapes = Shapes(document["components"]["schemas"])
        self._base_url = base_url

    def shared(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """The refusals that operations share, by their names."""
        yield from self._components["responses"].items()

    def operations(self, tag: str) -> Iterator[Operation]:
        for path, methods in self._paths.items():
            for method, described in methods.items():
                if tag in described["tags"]:
                    yield self._operation(method.upper(), path, described)

    def _operation(self, method: str, path: str, described: dict[str, Any]) -> Operation:
        content = described.get("requestBody", {}).get("content", {}).get("application/json")
        refused = {status: each for status, each in described["responses"].items() if int(status) >= _REFUSED_FROM}
        return Operation(
            id=described["operationId"],
            method=method,
            path=path,
            summary=spans(described["summary"]),
            description=spans(described.get("description", "")),
            callers=[_caller(each) for each in described["security"]] or ["Anyone"],
            limits=described["x-rate-limits"],
            parameters=[self._parameter(each) for each in described["parameters"]],
            body=[] if content is None else list(self._shapes.fields(content["schema"])),
            body_example="" if content is None else _pretty(content["example"]),
            call=self._call(method, path, described, content),
            answer=self._answer(described["responses"]),
            refused=[self.refused(status, each) for status, each in refused.items() if status not in EVERYWHERE],
            everywhere=sorted(refused.keys() & EVERYWHERE),
        )

    def _parameter(self, described: dict[str, Any]) -> Field:
        schema = described["schema"]
        return Field(
            path=described["name"],
            told=self._shapes.told(schema),
            is_required=described["required"],
            default=default_of(schema),
            place=described["in"],
            description=described.get("description", ""),
        )

    def _answer(self, responses: dict[str, Any]) -> Answer:
        status, described = next((status, each) for status, each in responses.items() if status.startswith("2"))
        ((media_type, content),) = described["content"].items()
        return Answer(
            status=status,
            media_type=media_type,
            fields=list(self._shapes.fields(content["schema"])),
            headers=sorted(described["headers"]),
            example=_pretty(content["example"]) if "example" in content else "",
        )

    def refused(self, status: str, described: dict[str, Any]) -> Refused:
        """A refusal, its own or a shared one."""
        if "$ref" in described:
            described = self._components["responses"][described["$ref"].rpartition("/")[2]]
        codes, _, meaning = described["description"].partition(": ")
        return Refused(status, codes, spans(meaning))

    def _call(self, method: str, path: str, described: dict[str, Any], content: dict[str, Any] | None) -> str:
        ways = {name for each in described["security"] for name in each}
        if "signature" in ways:
            return ""
        query = {}
        headers = ["Authorization: Bearer fpk_…"] if "apiKey" in ways else []
        for each in described["parameters"]:
            if each["in"] == "path":
                path = path.replace(f"{{{each['name']}}}", str(each["example"]))
            elif each["in"] == "query" and each["required"]:
                query[each["name"]] = each["example"]
            elif each["in"] == "header" and each["required"]:
                headers.append(f"{each['name']}: {each['example']}")
        if ways == {"session"} and method != "GET":
            headers.append("X-CSRF-Token: …")
        parts = ["curl", *([] if method == "GET" else ["-X", method])]
        parts.append(shlex.quote(self._base_url + path + (f"?{urlencode(query)}" if query else "")))
        parts += ["-b cookies.txt"] if ways == {"session"} else []
        if content is not None:
            headers.append("Content-Type: application/json")
        lines = [" ".join(parts), *(f"-H {shlex.quote(header)}" for header in headers)]
        if content is not None:
            lines.append(f"-d {shlex.quote(msgspec.json.encode(content['example']).decode())}")
        return " \\\n  ".join(lines)


def _caller(way: Mapping[str, list[str]]) -> str:
    ((scheme, scopes),) = way.items()
    return {
        "session": "Session cookie",
        "apiKey": f"API key with the scope {' and '.join(scopes)}",
        "signature": "Signature of a partner key",
    }[scheme]


def _example(described: dict[str, Any]) -> Any:
    (content,) = described["content"].values()
    return content["example"] if "example" in content else next(iter(content["examples"].values()))["value"]


def _pretty(value: Any) -> str:
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode()
