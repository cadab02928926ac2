"""Law 7: what public callers, publishers and admins see are separate structs, and none is another's base."""

from __future__ import annotations

import types
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, Generic, get_args, get_origin, get_type_hints

import msgspec

from fleetprompt.authz import Access
from fleetprompt.runtime.operations import Operation

BARE = (msgspec.Struct, Generic)


def structs_in(declared: Any) -> Iterator[type[msgspec.Struct]]:
    """Every struct that a declared result is made of, itself included."""
    seen: set[Any] = set()
    waiting = [declared]
    while waiting:
        each = waiting.pop()
        origin = get_origin(each)
        if isinstance(each, types.UnionType) or origin is not None:
            waiting += get_args(each)
            each = origin
        if each in seen or not isinstance(each, type) or not issubclass(each, msgspec.Struct):
            continue
        seen.add(each)
        yield each
        waiting += get_type_hints(each, include_extras=True).values()


def shared_bases(operations: Iterable[Operation]) -> list[str]:
    """The bases whose structs are seen on more than one surface: a field of one would show up on the other."""
    surfaces: dict[type, set[Access]] = defaultdict(set)
    for operation in operations:
        for struct in structs_in(operation.result):
            for base in struct.__mro__:
                if issubclass(base, msgspec.Struct) and base not in BARE:
                    surfaces[base].add(operation.who)
    derived = {base for struct in surfaces for base in struct.__mro__[1:] if base in surfaces}
    return sorted(
        f"{base.__name__} is the base of what {', '.join(sorted(surfaces[base]))} see"
        for base in derived
        if len(surfaces[base]) > 1
    )
