"""The one markdown policy: what may be stored, and the HTML it is shown as (spec 3 Markdown)."""

from __future__ import annotations

from fleetprompt.markdown.links import URL_LENGTH_MAX, image_problem, link_problem
from fleetprompt.markdown.verdict import (
    MARKDOWN_LENGTH_MAX,
    POLICY_VERSION,
    MarkdownProblem,
    MarkdownRule,
    SafeHtml,
    Verdict,
)
from fleetprompt.markdown.workers import MarkdownWorkers

__all__ = [
    "MARKDOWN_LENGTH_MAX",
    "POLICY_VERSION",
    "URL_LENGTH_MAX",
    "MarkdownProblem",
    "MarkdownRule",
    "MarkdownWorkers",
    "SafeHtml",
    "Verdict",
    "image_problem",
    "judge",
    "link_problem",
    "stored_html",
]


def judge(source: str, *, suggest: bool = False) -> Verdict:
    """The policy's verdict on `source`, in this process and without a limit of time; see `policy.judge`."""
    from fleetprompt.markdown import policy  # the parsers and sanitizers take 25 MB, which only workers should pay

    return policy.judge(source, suggest=suggest)


def stored_html(verdict: Verdict) -> SafeHtml:
    """The HTML of a source that an earlier version of the policy accepted; see `policy.stored_html`."""
    from fleetprompt.markdown import policy

    return policy.stored_html(verdict)
