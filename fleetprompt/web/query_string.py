"""Reading a query string strictly: no guessing at escapes, no dropping of repeats (spec 6.1, 6.3)."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote_to_bytes

_STRAY_PERCENT: Final = re.compile(rb"%(?![0-9A-Fa-f]{2})")


def read_query(query: bytes) -> tuple[dict[str, list[str]], list[tuple[str, str]]]:
    """The values of each parameter in their order, and (parameter, how to mend it) for what cannot be read.

    A name that cannot be read, or is missing, counts as a problem of `query`.
    """
    values: dict[str, list[str]] = {}
    problems: list[tuple[str, str]] = []
    for part in query.split(b"&"):
        if not part:
            continue
        raw_name, _, raw_value = part.partition(b"=")
        name, value = _text(raw_name), _text(raw_value)
        if not name:
            problems.append(("query", "must name every parameter, percent-encoded as UTF-8"))
        elif value is None:
            problems.append((name, "must be percent-encoded as UTF-8, with a percent sign as %25"))
        else:
            values.setdefault(name, []).append(value)
    return values, problems


def _text(raw: bytes) -> str | None:
    if _STRAY_PERCENT.search(raw):
        return None
    try:
        return unquote_to_bytes(raw.replace(b"+", b" ")).decode("utf-8")
    except UnicodeDecodeError:
        return None
