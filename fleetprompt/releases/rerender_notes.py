"""Rendering releases' notes again."""

from __future__ import annotations

from fleetprompt.authz import Access, Actor
from fleetprompt.enums import EventType
from fleetprompt.releases.statements import NOTES
from fleetprompt.runtime.operations import Ledger, Outcome, mutation
from fleetprompt.runtime.rerendering import Renewed, RerenderBatch, RerenderedBatch, render_again, renew
from fleetprompt.runtime.run import MutationTx
from fleetprompt.runtime.services import Services


async def _render(services: Services, _: Actor, command: RerenderBatch) -> Renewed:
    return await render_again(services, NOTES, command)


@mutation(
    "releases.rerender_notes",
    who=Access.SYSTEM,
    ledger=Ledger.NONE,
    emits=(EventType.MARKDOWN_RERENDERED,),
    prepare=_render,
)
async def rerender_notes(tx: MutationTx, _: Actor, command: RerenderBatch, batch: Renewed) -> Outcome[RerenderedBatch]:
    """Bring the HTML of the next release notes to today's markdown policy (spec 2.4, 7)."""
    return await renew(tx, NOTES, command, batch)
