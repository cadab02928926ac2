"""Folding the facet changes that verbs append."""

from __future__ import annotations

from fleetprompt.authz import Access, Actor
from fleetprompt.catalog import rules
from fleetprompt.catalog.statements import facets
from fleetprompt.runtime.job_runs import Batch, RunBatch
from fleetprompt.runtime.operations import Ledger, Outcome, mutation
from fleetprompt.runtime.run import MutationTx


@mutation("catalog.fold_facets", who=Access.SYSTEM, ledger=Ledger.NONE, emits=())
async def fold_facets(tx: MutationTx, _: Actor, command: RunBatch) -> Outcome[Batch]:
    """Fold deltas into the totals of their values, and forget values that no listing has (spec 6.4 facets).

    Statistics tell of no row's change, so no event tells of them (spec 6.7).
    """
    deltas = await tx.many(facets.unfolded(command.limit))
    if not deltas:
        return Outcome(Batch(0))
    sums = rules.sums_by_value(deltas)
    writes = [facets.add_counts(sums), facets.drop_zeros(sums)] if sums else []
    return Outcome(Batch(len(deltas)), writes=[*writes, facets.delete_deltas(deltas)])
