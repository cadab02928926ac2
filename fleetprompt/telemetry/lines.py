"""One log record as one line of printable ASCII JSON that fits into a single write."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

import msgspec

from fleetprompt.telemetry.redaction import Json, redact_fields

LINE_BYTES_MAX: Final = 4_096  # a pipe takes this much in one piece, so lines of several processes never mingle
KEPT_ALWAYS: Final = ("timestamp", "level", "event", "request_id", "caller_id", "operation", "outcome", "duration_ms")

_dumps: Final = json.JSONEncoder(ensure_ascii=True, allow_nan=False, separators=(",", ":")).encode


def _shortened(fields: dict[str, Json]) -> str:
    """The fields with the long ones cut, in the end only those that are always kept."""
    for chars_max in (1_500, 400, 100):
        cut: dict[str, Json] = {"truncated": True}
        for name, value in fields.items():
            text = _dumps(value)
            cut[name] = value if len(text) <= chars_max else text[:chars_max]
        if len(line := _dumps(cut)) < LINE_BYTES_MAX:
            return line
    return _dumps({"truncated": True, **{name: _dumps(fields[name])[:200] for name in KEPT_ALWAYS if name in fields}})


def render(timestamp: str, level: str, fields: Mapping[str, object]) -> bytes:
    """The line, newline included: secrets redacted, at most LINE_BYTES_MAX.

    Controls, escape sequences and bidirectional marks appear as `\\uXXXX`, like everything that is not ASCII.
    """
    head: dict[str, Json] = {"timestamp": timestamp, "level": level}
    first = {name: fields[name] for name in KEPT_ALWAYS if name in fields}
    shown = head | redact_fields({**first, **fields}) | head
    line = _dumps(shown)
    if len(line) >= LINE_BYTES_MAX:
        line = _shortened(shown)
    return line.encode("ascii") + b"\n"


class RequestRecord(msgspec.Struct, omit_defaults=True, kw_only=True):
    """What is logged of every request: ids, hashes and declared names, so that there is nothing to redact or shorten.

    client_address: its hash. caller_id: None where nobody signed in.
    """

    timestamp: str
    level: str
    event: str
    request_id: str
    caller_id: str | None = None
    operation: str
    outcome: str
    duration_ms: float
    client_address: str | None = None

    def line(self) -> bytes:
        """The line, newline included."""
        return msgspec.json.encode(self) + b"\n"

    def line_with(self, reason: str) -> bytes:
        """The same with a reason in words, which may be of any length and quote anything."""
        fields: dict[str, object] = {**msgspec.to_builtins(self), "reason": reason}
        return render(self.timestamp, self.level, fields)
