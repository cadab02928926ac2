"""Editing what a listing says."""

from __future__ import annotations

import msgspec

from fleetprompt.authz import Access, Actor, own_as_publisher
from fleetprompt.enums import EventType, KeyScope
from fleetprompt.errors import not_found
from fleetprompt.listings import events, rules, shapes, statements
from fleetprompt.listings.model import DescriptionSource, ListingReply, ReviseListing
from fleetprompt.listings.reads import OWNS_LISTING
from fleetprompt.rate_limits import RateClass
from fleetprompt.runtime.judged_markdown import StoredMarkdown, judge_for_storage
from fleetprompt.runtime.operations import Ledger, Outcome, mutation
from fleetprompt.runtime.run import MutationTx
from fleetprompt.runtime.services import Services


async def _judge_description(services: Services, actor: Actor, command: ReviseListing) -> StoredMarkdown | None:
    if not isinstance(command.description, DescriptionSource):
        return None
    return await judge_for_storage(services, actor, command.description.markdown, "description.markdown")


@mutation(
    "listings.revise",
    who=Access.PUBLISHER,
    scope=KeyScope.PUBLISH,
    rate=(RateClass.WRITE,),
    ledger=Ledger.ACCEPTED,
    emits=(EventType.LISTING_UPDATED,),
    owns=OWNS_LISTING,
    prepare=_judge_description,
)
async def revise(
    tx: MutationTx, actor: Actor, command: ReviseListing, description: StoredMarkdown | None
) -> Outcome[ListingReply]:
    """Change what a listing says, whatever its status, and keep what it said before (spec 4, 6.3, 6.4).

    Raises NOT_FOUND; CONFLICT (`stale_edit`) where `If-Match` names another version; VALIDATION_FAILED on
    `description.markdown`; UNAVAILABLE where nobody can judge it. Without `If-Match` the last write wins; one that
    changes nothing writes nothing.
    """
    row = await tx.one(statements.listing(own_as_publisher(actor), command.listing_id))
    if row is None:
        raise not_found()
    if refusal := rules.stale_edit(command.if_match, row.revision):
        raise refusal
    content = rules.revised(row.content, command, None if description is None else description.source)
    fields = rules.changed_fields(row.content, content)
    if not fields:
        return Outcome(shapes.listing_reply(row), etag=rules.etag(row.revision))
    revised = msgspec.structs.replace(
        row.saying(content, description), revision=row.revision + 1, updated_at_ms=tx.now_ms
    )
    return Outcome(
        shapes.listing_reply(revised),
        writes=[
            statements.revise(revised, replaced_revision=row.revision),
            statements.keep_revision(row, tx.now_ms),
            *statements.count_facets(rules.facet_changes(row.facets, revised.facets)),
        ],
        events=[events.updated(actor.publisher, row.id, fields, revised.revision)],
        etag=rules.etag(revised.revision),
    )
