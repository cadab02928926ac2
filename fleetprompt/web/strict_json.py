"""JSON that can be read in one way only: strict UTF-8, no NaN, doubled keys kept in sight (spec 6.1)."""

from __future__ import annotations

import json
from typing import Any, Final, NoReturn

# Longer numbers lie outside every declared range; cutting them keeps their conversion cheap.
_DIGITS_MAX: Final = 20


class Malformed(ValueError):
    """Bytes that are no JSON text. The message says where, and repeats nothing of them."""


class DoubledKeys(dict[str, Any]):
    """A JSON object in which some keys were given more than once; `doubled` names them."""

    doubled: frozenset[str]


def parse(body: bytes) -> object:
    """The value of `body` in plain dicts, lists, strings and numbers. Raises Malformed."""
    try:
        return _DECODER.decode(body.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise Malformed(f"must be UTF-8; the byte at offset {error.start} is not") from None
    except json.JSONDecodeError as error:
        raise Malformed(f"must be well-formed JSON; see line {error.lineno}, column {error.colno}") from None
    except RecursionError:
        raise Malformed("must be nested less deeply") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) == len(pairs):
        return made
    doubled = DoubledKeys(made)
    once: set[str] = set()
    again: set[str] = set()
    for key, _ in pairs:
        (again if key in once else once).add(key)
    doubled.doubled = frozenset(again)
    return doubled


def _integer(digits: str) -> int:
    return int(digits[:_DIGITS_MAX])


def _refuse_constant(name: str) -> NoReturn:
    raise Malformed(f"must not hold {name}: JSON has no such number")


_DECODER: Final = json.JSONDecoder(object_pairs_hook=_object, parse_int=_integer, parse_constant=_refuse_constant)
