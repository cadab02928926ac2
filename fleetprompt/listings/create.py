"""Creating a listing."""

from __future__ import annotations

from uuid import UUID

from msgspec import UNSET

from fleetprompt.authz import Access, Actor
from fleetprompt.enums import AssetKind, EventType, KeyScope, ListingStatus
from fleetprompt.listings import events, rules, shapes, statements
from fleetprompt.listings.model import CreateListing, ListingReply
from fleetprompt.listings.statements import ListingRow
from fleetprompt.rate_limits import RateClass
from fleetprompt.runtime.judged_markdown import StoredMarkdown, judge_for_storage
from fleetprompt.runtime.operations import Ledger, Outcome, mutation
from fleetprompt.runtime.run import MutationTx
from fleetprompt.runtime.services import Services


async def _judge_description(services: Services, actor: Actor, command: CreateListing) -> StoredMarkdown | None:
    if command.description is UNSET:
        return None
    return await judge_for_storage(services, actor, command.description.markdown, "description.markdown")


@mutation(
    "listings.create",
    who=Access.PUBLISHER,
    scope=KeyScope.PUBLISH,
    rate=(RateClass.WRITE, RateClass.NEW_LISTING),
    ledger=Ledger.REQUIRED,
    emits=(EventType.LISTING_CREATED,),
    prepare=_judge_description,
)
async def create(
    tx: MutationTx, actor: Actor, command: CreateListing, description: StoredMarkdown | None
) -> Outcome[ListingReply]:
    """Create a draft of the caller's publisher (spec 6.4).

    Raises VALIDATION_FAILED on `description.markdown`; UNAVAILABLE where nobody can judge it.
    """
    listing_id = tx.new_id()
    row = _empty_draft(listing_id, command.asset_kind, tx.now_ms).saying(
        rules.content_of(command, None if description is None else description.source), description
    )
    return Outcome(
        shapes.listing_reply(row),
        writes=[statements.insert_listing(row, actor.publisher)],
        events=[events.created(actor.publisher, listing_id, command.asset_kind)],
        etag=rules.etag(row.revision),
    )


def _empty_draft(listing_id: UUID, asset_kind: AssetKind, now_ms: int) -> ListingRow:
    return ListingRow(
        id=listing_id,
        asset_kind=asset_kind.value,
        status=ListingStatus.DRAFT.value,
        suspend_reason=None,
        suspended_at_ms=None,
        name="",
        summary="",
        tags=[],
        categories=[],
        images=[],
        docs_url=None,
        repo_url=None,
        published_releases=0,
        latest_release_id=None,
        latest_version=None,
        latest_published_at_ms=None,
        revision=1,
        created_at_ms=now_ms,
        updated_at_ms=now_ms,
        description_markdown=None,
        description_html=None,
        description_policy=None,
    )
