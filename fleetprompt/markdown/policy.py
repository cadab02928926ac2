"""The markdown policy: a source is accepted and rendered, or refused with every problem named (spec 3 Markdown).

A pure function of the source. Nothing is dropped in silence: what is not allowed is refused.
"""

from __future__ import annotations

import html
import logging
from collections.abc import Iterator
from itertools import islice
from typing import Final

import msgspec

from fleetprompt.markdown import findings
from fleetprompt.markdown.blocks import inspect_reading
from fleetprompt.markdown.findings import FORBIDDEN, Finding
from fleetprompt.markdown.readings import readings
from fleetprompt.markdown.rendering import HTML_LENGTH_MAX, render
from fleetprompt.markdown.sanitizers import cleaned_by_nh3, sanitized
from fleetprompt.markdown.suggestion import MENDED, escaped
from fleetprompt.markdown.verdict import (
    MARKDOWN_LENGTH_MAX,
    MarkdownProblem,
    MarkdownRule,
    SafeHtml,
    Verdict,
    normalized,
    too_complex,
)

_logger = logging.getLogger(__name__)

PROBLEMS_MAX: Final = 100

# What a defect in a parser or sanitizer raises. None of it is the writer's doing, and none of it may let a text pass.
_DEFECTS: Final = (
    *(ArithmeticError, AssertionError, AttributeError, LookupError),
    *(MemoryError, RuntimeError, TypeError, ValueError),
)


def judge(source: str, *, suggest: bool = False) -> Verdict:
    """The policy's verdict on `source`: any string, counted in code points after NFC.

    suggest: whether to look for an escaped version that passes. What the parsers or sanitizers fail on is refused and
    logged, without its content. The cost of hostile input is bounded by whoever calls (MarkdownWorkers).
    """
    verdict = _guarded(normalized(source))
    return with_suggestion(source, verdict) if suggest else verdict


def with_suggestion(source: str, verdict: Verdict) -> Verdict:
    """The verdict on `source`, with an escaped version that passes, where escapes mend every problem."""
    text = normalized(source)
    if any(problem.rule not in MENDED for problem in verdict.problems) or FORBIDDEN.search(text):
        return verdict
    suggestion = _escaped(text) if verdict.problems else None
    if suggestion is None or _guarded(suggestion).problems:
        return verdict
    return msgspec.structs.replace(verdict, suggestion=suggestion)


def _escaped(text: str) -> str | None:
    try:
        return escaped(text)
    except _DEFECTS as error:
        defect = type(error).__name__
    _logger.error("The markdown policy failed to mend a text: %s.", defect)
    return None


def _guarded(text: str) -> Verdict:
    try:
        return _judged(text)
    except _DEFECTS as error:
        defect = type(error).__name__  # its message may quote the text
    _logger.error("The markdown policy failed on a text and refused it: %s.", defect)
    return _unrenderable(FORBIDDEN.sub("\ufffd", text))


def stored_html(verdict: Verdict) -> SafeHtml:
    """The HTML of a source that an earlier version of the policy accepted, by what this version says of it.

    One that this version refuses is shown as its own text.
    """
    return verdict.html or SafeHtml(cleaned_by_nh3(f"<pre><code>{html.escape(verdict.source)}</code></pre>\n"))


def _judged(text: str) -> Verdict:
    if problems := _character_problems(text):
        return Verdict(FORBIDDEN.sub("\ufffd", text), problems)
    if len(text) > MARKDOWN_LENGTH_MAX:
        message = f"This text must be at most {MARKDOWN_LENGTH_MAX} characters long."
        return Verdict(text, (MarkdownProblem(1, MarkdownRule.LENGTH, message),))
    if problems := _problems(_findings(text)):
        return Verdict(text, problems)
    return _rendered(text)


def _findings(text: str) -> Iterator[Finding]:
    for reading in readings(text):
        yield from inspect_reading(reading)


def _problems(found: Iterator[Finding]) -> tuple[MarkdownProblem, ...]:
    problems = {finding.problem() for finding in found}
    return tuple(sorted(problems, key=lambda problem: (problem.line, problem.rule, problem.message)))[:PROBLEMS_MAX]


def _character_problems(text: str) -> tuple[MarkdownProblem, ...]:
    return _problems(
        findings.character(text.count("\n", 0, match.start()), match[0])
        for match in islice(FORBIDDEN.finditer(text), PROBLEMS_MAX)
    )


def _rendered(text: str) -> Verdict:
    rendered = render(text)
    if len(rendered) > HTML_LENGTH_MAX:
        return too_complex(text)
    safe = None if FORBIDDEN.search(rendered) else sanitized(rendered)
    if safe is None:
        _logger.error("A rendered text of %d characters did not pass the sanitizers, and was refused.", len(text))
        return _unrenderable(text)
    return Verdict(text, (), html=safe)


def _unrenderable(text: str) -> Verdict:
    message = "This text could not be rendered safely. Simplify its markup."
    return Verdict(text, (MarkdownProblem(1, MarkdownRule.UNRENDERABLE, message),))
