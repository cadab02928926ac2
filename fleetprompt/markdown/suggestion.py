"""The source with just the offending places escaped, so that the policy accepts it (spec 6.4 preview)."""

from __future__ import annotations

import re
from typing import Final

from fleetprompt.markdown.blocks import inspect_reading
from fleetprompt.markdown.findings import Finding
from fleetprompt.markdown.readings import readings
from fleetprompt.markdown.verdict import MARKDOWN_LENGTH_MAX, MarkdownRule

_ROUNDS_MAX: Final = 24
MENDED: Final = frozenset(
    {MarkdownRule.RAW_HTML, MarkdownRule.IMAGE, MarkdownRule.LINK, MarkdownRule.LINK_DEFINITION}
    | {MarkdownRule.INDENTATION, MarkdownRule.CHARACTER}
)
"""The rules that an escape can satisfy."""

_OPENERS: Final = re.compile(r"<(?=[A-Za-z/!?])|\[|(?<=[A-Za-z]):(?=//)|(?<=www)\.", re.IGNORECASE)


def escaped(source: str) -> str | None:
    """`source` with a backslash before each offending place, or None where no escape mends it.

    An escape can bring new markup to light, so each reading is mended until it finds nothing, and then all are tried
    again; the number of rounds is bounded.
    """
    for _ in range(_ROUNDS_MAX):
        offences = _first_offences(source)
        if not offences:
            return source
        if any(offence.rule not in MENDED for offence in offences):
            return None
        places = {place for offence in offences for place in offence.escapes} or _openers_on_lines(source, offences)
        if not places:
            return None
        source = _with_backslashes(source, places)
        if len(source) > MARKDOWN_LENGTH_MAX:
            return None
    return None


def _first_offences(source: str) -> list[Finding]:
    """What the first dialect to object holds against `source`: with it mended, another may have no objection."""
    for reading in readings(source):
        if any(True for _ in inspect_reading(reading)):
            each = (list(inspect_reading(reading._replace(dialects=(dialect,)))) for dialect in reading.dialects)
            return next((offences for offences in each if offences), [])
    return []


def _openers_on_lines(source: str, offences: list[Finding]) -> set[int]:
    """Where something could begin on the lines of offences that were not traced to their characters."""
    starts = [0, *(match.end() for match in re.finditer("\n", source))]
    lines = source.split("\n")
    return {
        starts[line] + match.start()
        for line in {offence.line for offence in offences}
        for match in _OPENERS.finditer(lines[line])
        if not _is_escaped(lines[line], match.start())
    }


def _is_escaped(line: str, place: int) -> bool:
    before = line[:place]
    return (len(before) - len(before.rstrip("\\"))) % 2 == 1


def _with_backslashes(source: str, places: set[int]) -> str:
    pieces, position = [], 0
    for place in sorted(places):
        pieces += [source[position:place], "\\"]
        position = place
    return "".join([*pieces, source[position:]])
