"""What a listing says now beside what it said before, field by field, and its description line by line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

from fleetprompt.moderation.model import AdminListing, AdminRevision

LINES_MAX: Final = 1_000
"""More lines than these that differ are shown as two texts: comparing them could take longer than a page may."""

CONTEXT_LINES: Final = 3


@dataclass(frozen=True)
class Line:
    """One row of a comparison, None where a side has no line. is_gap: lines that are the same were left out here."""

    before: str | None
    after: str | None
    is_gap: bool = False

    @property
    def is_changed(self) -> bool:
        """Whether the sides differ."""
        return self.before != self.after


@dataclass(frozen=True)
class Change:
    """One field that says something else now."""

    field: str
    lines: tuple[Line, ...]


def changes(before: AdminRevision, now: AdminListing) -> list[Change]:
    """Every field of `now` that differs from `before`, in the order in which a page shows them."""
    sides = zip(_texts(before), _texts(now), strict=True)
    return [Change(field, tuple(compared(old, new))) for (field, old), (_, new) in sides if old != new]


def _texts(said: AdminRevision | AdminListing) -> Iterator[tuple[str, str]]:
    yield "Name", said.name
    yield "Summary", said.summary
    yield "Description", said.description.markdown if said.description else ""
    yield "Tags", "\n".join(said.tags)
    yield "Categories", "\n".join(said.categories)
    yield "Images", "\n".join(f"{image.url} {image.alt}".rstrip() for image in said.images)
    yield "Documentation", said.links.docs_url or ""
    yield "Source", said.links.repo_url or ""


def compared(before: str, after: str) -> Iterator[Line]:
    """Two texts line by line; what is the same is left out but for a few lines around what is not."""
    old, new = before.splitlines(), after.splitlines()
    start = _common(old, new)
    end = _common(old[start:][::-1], new[start:][::-1])
    if max(len(old), len(new)) - start - end > LINES_MAX:
        yield from _beside(old, new)
        return
    shown_to = 0
    for group in SequenceMatcher(None, old, new).get_grouped_opcodes(CONTEXT_LINES):
        if group[0][1] > shown_to:
            yield Line("", "", is_gap=True)
        for _, old_from, old_to, new_from, new_to in group:
            yield from _beside(old[old_from:old_to], new[new_from:new_to])
        shown_to = group[-1][2]
    if shown_to < len(old):
        yield Line("", "", is_gap=True)


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    """How many lines both begin with."""
    number = 0
    while number < min(len(one), len(other)) and one[number] == other[number]:
        number += 1
    return number


def _beside(old: Sequence[str], new: Sequence[str]) -> Iterator[Line]:
    for number in range(max(len(old), len(new))):
        yield Line(
            old[number] if number < len(old) else None,
            new[number] if number < len(new) else None,
        )
