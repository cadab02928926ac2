"""Publishing a release."""

from __future__ import annotations

import msgspec
from msgspec import UNSET

from fleetprompt import ids
from fleetprompt.authz import Access, Actor, own_as_publisher
from fleetprompt.enums import AssetKind, EventType, KeyScope, ListingStatus, ReleaseStatus
from fleetprompt.errors import invalid, not_found
from fleetprompt.fields import or_none
from fleetprompt.listings.reads import OWNS_LISTING
from fleetprompt.listings.rules import Latest, suspended
from fleetprompt.listings.statements import stand
from fleetprompt.rate_limits import RateClass
from fleetprompt.releases import events, rules, shapes, statements
from fleetprompt.releases.model import PublishRelease, ReleaseReply
from fleetprompt.releases.rules import Substance
from fleetprompt.releases.statements import ReleaseRow
from fleetprompt.runtime.judged_markdown import StoredMarkdown, judge_for_storage
from fleetprompt.runtime.operations import Ledger, Outcome, mutation
from fleetprompt.runtime.run import MutationTx
from fleetprompt.runtime.services import Services


async def _judge(services: Services, actor: Actor, command: PublishRelease) -> StoredMarkdown | None:
    if refusal := rules.unsupported_download(command.artifacts):
        raise refusal
    if command.notes is UNSET:
        return None
    return await judge_for_storage(services, actor, command.notes.markdown, "notes.markdown")


@mutation(
    "releases.publish",
    who=Access.PUBLISHER,
    scope=KeyScope.PUBLISH,
    rate=(RateClass.WRITE, RateClass.NEW_RELEASE),
    ledger=Ledger.REQUIRED,
    emits=(EventType.RELEASE_PUBLISHED,),
    owns=OWNS_LISTING,
    prepare=_judge,
)
async def publish(
    tx: MutationTx, actor: Actor, command: PublishRelease, notes: StoredMarkdown | None
) -> Outcome[ReleaseReply]:
    """Publish a release of one of the caller's listings, draft, published or unlisted (spec 3, 6.4).

    Raises UNSUPPORTED for a download that would have to be hosted here; NOT_FOUND; VALIDATION_FAILED on
    `notes.markdown`, and on `refs.…` that the listing's kind asks for or does not take; CONFLICT (`suspended`,
    `version_exists`); UNAVAILABLE where nobody can judge the notes.
    """
    place = await tx.one(statements.place(own_as_publisher(actor), command.listing_id, command.version))
    if place is None:
        raise not_found()
    if problems := tuple(rules.ref_problems(AssetKind(place.asset_kind), command.refs)):
        raise invalid(*problems)
    if place.status == ListingStatus.SUSPENDED:
        raise suspended()
    substance = _substance(command, notes)
    if place.holder_id is not None:
        raise rules.version_exists(
            ids.encode("rel", place.holder_id),
            was_revoked=place.holder_status == ReleaseStatus.REVOKED,
            identical=substance.is_identical(place.held),
        )
    row = _row(tx, command, substance, notes)
    after = rules.standing_with(place.standing, Latest(row.id, row.version, row.published_at_ms))
    return Outcome(
        shapes.release_reply(row),
        writes=[
            statements.insert_release(row, actor.publisher),
            stand(command.listing_id, place.standing, after, tx.now_ms),
        ],
        events=[events.published(actor.publisher, command.listing_id, row.id, row.version)],
    )


def _substance(command: PublishRelease, notes: StoredMarkdown | None) -> Substance:
    return Substance(
        refs=command.refs,
        asset_digest=or_none(command.asset_digest),
        compat=command.compat,
        artifacts=command.artifacts,
        notes=None if notes is None else notes.source,
    )


def _row(tx: MutationTx, command: PublishRelease, substance: Substance, notes: StoredMarkdown | None) -> ReleaseRow:
    return ReleaseRow(
        id=tx.new_id(),
        listing_id=command.listing_id,
        version=command.version,
        status=ReleaseStatus.PUBLISHED.value,
        refs=msgspec.to_builtins(substance.refs),
        asset_digest=substance.asset_digest,
        compat=msgspec.to_builtins(substance.compat),
        artifacts=msgspec.to_builtins(substance.artifacts),
        published_at_ms=tx.now_ms,
        revoked_at_ms=None,
        revoke_reason=None,
        notes_markdown=substance.notes,
        notes_html=None if notes is None else str(notes.html),
        notes_policy=None if notes is None else notes.policy,
    )
