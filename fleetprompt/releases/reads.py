"""What publishers see of their releases (spec 6.4 Publisher, 6.5)."""

from __future__ import annotations

import msgspec
from msgspec import UNSET, UnsetType

from fleetprompt import ids
from fleetprompt.authz import Access, Actor, own_as_publisher
from fleetprompt.enums import ReleaseStatus
from fleetprompt.errors import not_found
from fleetprompt.listings.reads import OWNS_LISTING
from fleetprompt.rate_limits import RateClass
from fleetprompt.releases import statements
from fleetprompt.releases.model import (
    Artifact,
    Compat,
    Notes,
    OwnRelease,
    OwnReleases,
    PublisherRelease,
    PublisherReleaseItem,
    Refs,
    ReleaseReply,
)
from fleetprompt.releases.statements import ReleaseItemRow, ReleaseRow
from fleetprompt.runtime.operations import Owner, query
from fleetprompt.runtime.pagination import Page, Pager
from fleetprompt.runtime.run import Look


@query("releases.list_own", who=Access.PUBLISHER, rate=(RateClass.SIGNED_IN_READ,), owns=OWNS_LISTING)
async def list_own(look: Look, actor: Actor, command: OwnReleases) -> Page[PublisherReleaseItem]:
    """The releases of one of the caller's listings, revoked ones included, the newest first (spec 6.3).

    Raises NOT_FOUND; VALIDATION_FAILED on `cursor`.
    """
    scope = own_as_publisher(actor)
    pager = Pager(look.ring, "releases.list_own", str(scope.publisher_id), command)
    version = None if command.version is UNSET else command.version
    rows = await look.many(
        statements.page(scope, command.listing_id, version=version, after_id=pager.after_id, fetch=pager.fetch)
    )
    if not rows and await look.one(statements.listing(scope, command.listing_id)) is None:
        raise not_found()
    return pager.page(rows, release_item)


@query(
    "releases.get_own",
    who=Access.PUBLISHER,
    rate=(RateClass.SIGNED_IN_READ,),
    owns={"release_id": Owner.PUBLISHER},
)
async def get_own(look: Look, actor: Actor, command: OwnRelease) -> ReleaseReply:
    """One release of the caller's, published or revoked. Raises NOT_FOUND."""
    row = await look.one(statements.release(own_as_publisher(actor), command.release_id))
    if row is None:
        raise not_found()
    return release_reply(row)


def release_item(row: ReleaseItemRow) -> PublisherReleaseItem:
    """A row as its publisher sees it in a list."""
    return PublisherReleaseItem(
        release_id=ids.encode("rel", row.id),
        listing_id=ids.encode("lst", row.listing_id),
        version=row.version,
        status=ReleaseStatus(row.status),
        compat=msgspec.convert(row.compat, Compat),
        refs=msgspec.convert(row.refs, Refs),
        asset_digest=UNSET if row.asset_digest is None else row.asset_digest,
        artifacts=msgspec.convert(row.artifacts, tuple[Artifact, ...]),
        published_at_ms=row.published_at_ms,
        revoked_at_ms=UNSET if row.revoked_at_ms is None else row.revoked_at_ms,
        revoke_reason=UNSET if row.revoke_reason is None else row.revoke_reason,
    )


def release_reply(row: ReleaseRow) -> ReleaseReply:
    """A whole row as its publisher sees it."""
    notes: Notes | UnsetType = UNSET
    if row.notes_markdown is not None and row.notes_html is not None:
        notes = Notes(markdown=row.notes_markdown, html=row.notes_html)
    return ReleaseReply(PublisherRelease(**msgspec.structs.asdict(release_item(row)), notes=notes))
