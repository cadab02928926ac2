"""The ids that a request names, and the same request with other ids in their place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

import msgspec

from fleetprompt import ids
from fleetprompt.fields import IdOf, rules_by_field
from fleetprompt.runtime.operations import Owner
from fleetprompt.web.routing import Route
from tests.operations.cases import Request
from tests.operations.cast import absent


class Place(StrEnum):
    """Where in a request a field travels."""

    PATH = "path"
    QUERY = "query"
    BODY = "body"


@dataclass(frozen=True)
class NamedRow:
    """A field of a command that names a row, and whose rows those may be."""

    wire: str
    prefix: str
    place: Place
    owner: Owner

    def read(self, request: Request) -> str:
        """The id that a request gives."""
        return str(
            {Place.PATH: request.path, Place.QUERY: request.query, Place.BODY: request.body}[self.place][self.wire]
        )

    def write(self, request: Request, value: object) -> Request:
        """The same request with another id."""
        if self.place is Place.PATH:
            return request.with_path(**{self.wire: str(value)})
        if self.place is Place.QUERY:
            return request.with_query(**{self.wire: value})
        return request.with_body(**{self.wire: value})

    def nothing(self, request: Request) -> Request:
        """The same request for what never existed."""
        return self.write(request, absent(self.prefix))

    def misspelled(self, real: str) -> Iterator[tuple[str, str]]:
        """(What is wrong with it, an id) for spellings that name nothing, made from one that does."""
        prefix, _, suffix = real.partition("_")
        named = ids.decode(self.prefix, real)
        assert named is not None, real
        other = "pub" if prefix != "pub" else "usr"
        yield "no id at all", "nonsense"
        yield "another prefix", f"{other}_{suffix}"
        yield "no prefix", suffix
        yield "upper case", real.upper()
        yield "a character too many", f"{real}0"
        yield "a character too few", real[:-1]
        yield "a letter that base32 lacks", f"{real[:-1]}u"
        yield "too great a number", f"{prefix}_8{suffix[1:]}"
        yield "the database's own spelling", str(named)
        yield "the nil UUID", f"{prefix}_{'0' * 26}"
        yield "a version 4 UUID", ids.encode(prefix, UUID("9c5b94b1-35ad-49bb-b118-8e8fc24abf80"))
        yield "white space around it", f" {real} "
        yield "another script", f"{real[:-1]}é"


def rows_named(route: Route) -> tuple[NamedRow, ...]:
    """Every row that a route's requests may name."""
    command = route.operation.command
    wires = {field.name: field.encode_name for field in msgspec.structs.fields(command)}
    found = []
    for name, rules in rules_by_field(command).items():
        prefixes = [rule.prefix for rule in rules if isinstance(rule, IdOf)]
        if prefixes:
            wire = wires[name]
            place = Place.PATH if wire in route.path_names else Place.QUERY if route.is_query else Place.BODY
            found.append(NamedRow(wire, prefixes[0], place, route.operation.owns[name]))
    return tuple(found)


def naming_nothing(route: Route, request: Request) -> Request:
    """The request with every id replaced by one that never existed; filters stay, since they match nothing anyway."""
    for row in rows_named(route):
        if row.place is not Place.QUERY:
            request = row.nothing(request)
    return request
