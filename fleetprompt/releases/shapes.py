"""Releases as their publisher sees them (spec 6.5)."""

from __future__ import annotations

import msgspec
from msgspec import UNSET, UnsetType

from fleetprompt import ids
from fleetprompt.enums import ReleaseStatus
from fleetprompt.releases.model import (
    Artifact,
    Compat,
    Notes,
    PublisherRelease,
    PublisherReleaseItem,
    Refs,
    ReleaseReply,
)
from fleetprompt.releases.statements import ReleaseItemRow, ReleaseRow


def release_item(row: ReleaseItemRow) -> PublisherReleaseItem:
    """A release in a list."""
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
    """A whole release, as a reply."""
    notes: Notes | UnsetType = UNSET
    if row.notes_markdown is not None and row.notes_html is not None:
        notes = Notes(markdown=row.notes_markdown, html=row.notes_html)
    return ReleaseReply(PublisherRelease(**msgspec.structs.asdict(release_item(row)), notes=notes))
