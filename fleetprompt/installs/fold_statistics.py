"""Folding the statistics that verbs append."""

from __future__ import annotations

from fleetprompt.authz import Access, Actor
from fleetprompt.clock import day_of
from fleetprompt.installs import rules
from fleetprompt.installs.statements import statistics
from fleetprompt.runtime.job_runs import Batch, RunBatch
from fleetprompt.runtime.operations import Ledger, Outcome, mutation
from fleetprompt.runtime.run import MutationTx


@mutation("installs.fold_statistics", who=Access.SYSTEM, ledger=Ledger.NONE, emits=())
async def fold_statistics(tx: MutationTx, _: Actor, command: RunBatch) -> Outcome[Batch]:
    """Fold deltas into days, and count 30 days anew where a delta came or a day went (spec 3 Statistics).

    Statistics tell of no row's change, so no event tells of them (spec 6.7).
    """
    today = day_of(tx.now_ms)
    deltas = await tx.many(statistics.unfolded(command.limit))
    outdated = await tx.many(statistics.outdated(today, command.limit))
    counted = sorted({delta.listing_id for delta in deltas} | {total.listing_id for total in outdated})
    if not counted:
        return Outcome(Batch(0))
    writes = [statistics.count_totals(counted, today), statistics.drop_zero_totals(counted)]
    if deltas:
        writes = [statistics.add_days(rules.sums_by_day(deltas)), *writes, statistics.delete_deltas(deltas)]
    return Outcome(Batch(len(deltas) + len(outdated)), writes=writes)
