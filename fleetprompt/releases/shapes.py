"""Releases as their publisher sees them (spec 6.5)."""

from __future__ import annotations

import msgspec
from msgspec import UNSET, UnsetType

from fleetprompt import ids
from fleetprompt.enums import ReleaseStatus
from fleetprompt.fields import or_unset
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


def notes(markdown: str | None, html: str | None) -> Notes | UnsetType:
    """Release notes, if there are any."""
    return UNSET if markdown is None or html is None else Notes(markdown=markdown, html=html)


def release_item(row: ReleaseItemRow) -> PublisherReleaseItem:
    """A release in a list."""
    return PublisherReleaseItem(
        release_id=ids.encode("rel", row.id),
        listing_id=ids.encode("lst", row.listing_id),
        version=row.version,
        status=ReleaseStatus(row.status),
        compat=msgspec.convert(row.compat, Compat),
        refs=msgspec.convert(row.refs, Refs),
        asset_digest=or_unset(row.asset_digest),
        artifacts=msgspec.convert(row.artifacts, tuple[Artifact, ...]),
        published_at_ms=row.published_at_ms,
        revoked_at_ms=or_unset(row.revoked_at_ms),
        revoke_reason=or_unset(row.revoke_reason),
    )


def release_reply(row: ReleaseRow) -> ReleaseReply:
    """A whole release, as a reply."""
    return ReleaseReply(
        PublisherRelease(**msgspec.structs.asdict(release_item(row)), notes=notes(row.notes_markdown, row.notes_html))
    )
