"""Deciding on a report."""

from __future__ import annotations

import msgspec

from fleetprompt.authz import Access, Actor, everything
from fleetprompt.enums import EventType, KeyScope, ReportStatus
from fleetprompt.errors import not_found
from fleetprompt.moderation import events, rules, shapes
from fleetprompt.moderation.commands import ResolveReport
from fleetprompt.moderation.model import AdminReportReply
from fleetprompt.moderation.statements import reports
from fleetprompt.rate_limits import RateClass
from fleetprompt.runtime.operations import Ledger, Outcome, Owner, mutation
from fleetprompt.runtime.run import MutationTx


@mutation(
    "moderation.resolve_report",
    who=Access.ADMIN,
    scope=KeyScope.ADMIN,
    rate=(RateClass.WRITE,),
    ledger=Ledger.REQUIRED,
    emits=(EventType.REPORT_RESOLVED,),
    owns={"report_id": Owner.ADMIN},
)
async def resolve_report(tx: MutationTx, admin: Actor, command: ResolveReport) -> Outcome[AdminReportReply]:
    """Uphold or dismiss an open report, for good; the listing is left as it is (spec 6.4).

    Raises NOT_FOUND; CONFLICT (`transition`) where it was decided on already.
    """
    row = await tx.one(reports.report(everything(admin), command.report_id))
    if row is None:
        raise not_found()
    if refusal := rules.refusal_to_resolve(ReportStatus(row.status)):
        raise refusal
    outcome = ReportStatus(command.outcome)
    resolved = msgspec.structs.replace(
        row,
        status=outcome.value,
        resolution_reason=command.reason,
        resolved_at_ms=tx.now_ms,
        resolved_by_user_id=admin.user,
    )
    return Outcome(
        AdminReportReply(shapes.report(resolved)),
        writes=[reports.resolve(row.id, outcome, command.reason, admin.user, tx.now_ms)],
        events=[events.report_resolved(row.publisher_id, row.listing_id, row.id, outcome, command.reason)],
    )
