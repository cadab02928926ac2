"""Markdown on its way in: every slice has it judged here, before any transaction (spec 2.6, 3 Markdown)."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from fleetprompt.authz import Actor
from fleetprompt.errors import invalid
from fleetprompt.markdown import POLICY_VERSION, SafeHtml, Verdict
from fleetprompt.runtime.services import Services


class StoredMarkdown(msgspec.Struct, frozen=True, kw_only=True):
    """What a row keeps of an accepted source: the source in normal form, its HTML, and the policy's version."""

    source: str
    html: SafeHtml
    policy: int


async def judge(services: Services, actor: Actor, source: str, *, suggest: bool = False) -> Verdict:
    """The policy's verdict on `source`, with a suggestion if asked for. Raises UNAVAILABLE where nobody can judge.

    One text of a caller at a time: somebody's costly texts keep her own waiting, not everybody's.
    """
    async with services.turnstile.pass_through(("markdown", actor.caller)):
        return await services.markdown.judge(source, suggest=suggest)


async def judge_for_storage(services: Services, actor: Actor, source: str, field_name: str) -> StoredMarkdown:
    """`source` as it is stored. field_name: its path in the request.

    Raises VALIDATION_FAILED on `field_name`, naming line and rule of each problem; UNAVAILABLE where nobody can judge.
    """
    verdict = await judge(services, actor, source)
    if verdict.html is None:
        raise invalid(*_told(verdict, field_name))
    return StoredMarkdown(source=verdict.source, html=verdict.html, policy=POLICY_VERSION)


async def problems_of(services: Services, actor: Actor, source: str, field_name: str) -> Sequence[tuple[str, str]]:
    """(field_name, line and rule) for each problem of `source`. Raises UNAVAILABLE where nobody can judge."""
    return _told(await judge(services, actor, source), field_name)


def _told(verdict: Verdict, field_name: str) -> Sequence[tuple[str, str]]:
    return [(field_name, f"line {each.line}, {each.rule}: {each.message}") for each in verdict.problems]
