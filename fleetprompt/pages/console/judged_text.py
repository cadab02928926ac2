"""A text as the markdown policy judges it: problems at their lines, the suggestion beside them, and the preview."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from fleetprompt.errors import Code, Refusal, invalid
from fleetprompt.listings.model import Description, Preview
from fleetprompt.listings.reads import preview_markdown
from fleetprompt.markdown import MarkdownProblem
from fleetprompt.pages.visit import Visit

LINES_SHOWN: Final = 40
LENGTH_SHOWN: Final = 240
LENGTH_BEFORE: Final = 60


@dataclass(frozen=True)
class Line:
    """A line that has problems, or that the suggestion changes.

    number: from 1. before, after: how it is, and how the suggestion has it, or None where that leaves it as it is; of
    a long line only the part that differs.
    """

    number: int
    messages: tuple[str, ...]
    before: str
    after: str | None


@dataclass(frozen=True)
class JudgedText:
    """What the policy says of a text. shown: what it would be shown as, where it has no problems.

    lines: where it has some, the first of them. more: how many lines are left out. suggestion: the whole text, mended.
    was_taken: whether the text is the suggestion that was just taken.
    """

    shown: Description | None
    lines: tuple[Line, ...] = ()
    more: int = 0
    problems: int = 0
    suggestion: str | None = None
    was_taken: bool = False


async def judged_text(visit: Visit, field: str) -> JudgedText | None:
    """The text in `field` of the form as the policy judges it; none where nothing is typed.

    Raises VALIDATION_FAILED on `field` for what is too long to be judged; UNAVAILABLE where nobody can judge.
    """
    text = visit.form.value(field).replace("\r\n", "\n")
    if not text.strip():
        return None
    try:
        preview: Preview = await visit.ask(preview_markdown, format="markdown", markdown=text)
    except Refusal as refusal:
        if refusal.code is not Code.VALIDATION_FAILED:
            raise
        raise invalid(*((field, each.message) for each in refusal.fields)) from refusal
    return judgement(text, preview)


def judgement(text: str, preview: Preview) -> JudgedText:
    """`text` with what the preview said of it."""
    shown = Description(markdown=text, html=preview.html) if isinstance(preview.html, str) else None
    suggestion = preview.suggestion if isinstance(preview.suggestion, str) else None
    lines = _lines(text, suggestion, preview.problems)
    return JudgedText(
        shown=shown,
        lines=tuple(lines[:LINES_SHOWN]),
        more=max(0, len(lines) - LINES_SHOWN),
        problems=len(preview.problems),
        suggestion=suggestion,
    )


async def where_refused(visit: Visit, field: str) -> JudgedText | None:
    """The same where the form was refused because of lines of that text; none where it was not."""
    if any(each.field_name == field and each.message.startswith("line ") for each in visit.form.problems):
        return await judged_text(visit, field)
    return None


async def take_suggestion(visit: Visit, field: str) -> JudgedText | None:
    """Put the suggestion for the text in `field` into the form, where there is one, and judge the form's text."""
    judged = await judged_text(visit, field)
    if judged is None or judged.suggestion is None:
        return judged
    visit.use(visit.form.with_typed({**visit.form.typed, field: [judged.suggestion]}))
    mended = await judged_text(visit, field)
    return JudgedText(shown=mended.shown, was_taken=True) if mended else None


def _lines(text: str, suggestion: str | None, problems: Sequence[MarkdownProblem]) -> list[Line]:
    """An escape never begins or ends a line, so a text and its suggestion have the same lines."""
    before = text.split("\n")
    after = before if suggestion is None else suggestion.split("\n")
    messages: dict[int, list[str]] = {}
    for each in problems:
        messages.setdefault(min(each.line, len(before)), []).append(each.message)
    changed = [place + 1 for place, (old, new) in enumerate(zip(before, after, strict=False)) if old != new]
    return [
        _line(number, messages.get(number, []), before[number - 1], after[number - 1])
        for number in sorted({*messages, *changed})
    ]


def _line(number: int, messages: list[str], before: str, after: str) -> Line:
    start = max(0, _first_difference(before, after) - LENGTH_BEFORE)
    return Line(
        number=number,
        messages=tuple(dict.fromkeys(messages)),
        before=_cut(before, start),
        after=None if before == after else _cut(after, start),
    )


def _first_difference(before: str, after: str) -> int:
    pairs = enumerate(zip(before, after, strict=False))
    return next((place for place, (old, new) in pairs if old != new), 0)


def _cut(line: str, start: int) -> str:
    end = start + LENGTH_SHOWN
    return f"{'…' if start else ''}{line[start:end]}{'…' if len(line) > end else ''}"
