"""From rows to what goes over the wire of accounts."""

from __future__ import annotations

from msgspec import UNSET

from fleetprompt import ids
from fleetprompt.accounts.model import Bio, PartnerKey, Profile, Session, Verified
from fleetprompt.accounts.statements.partner_keys import PartnerKeyRow
from fleetprompt.accounts.statements.publishers import ProfileRow
from fleetprompt.accounts.statements.sessions import SessionRow
from fleetprompt.enums import PartnerKeyStatus, VerificationStatus


def profile_shape(row: ProfileRow) -> Profile:
    """A publisher as its owner sees it."""
    checked = row.verification_checked_at_ms
    return Profile(
        publisher_id=ids.encode("pub", row.publisher_id),
        handle=row.handle,
        display_name=row.display_name,
        bio=UNSET if row.bio_markdown is None else Bio(markdown=row.bio_markdown, html=row.bio_html or ""),
        verified=Verified(
            status=VerificationStatus(row.verification_status), checked_at_ms=UNSET if checked is None else checked
        ),
    )


def session_shape(row: SessionRow, *, current_id: object, ended_at_ms: int | None = None) -> Session:
    """A session as its user sees it. current_id: the session that asks. ended_at_ms: where it ends just now."""
    ended = row.ended_at_ms if ended_at_ms is None else ended_at_ms
    return Session(
        session_id=ids.encode("ses", row.id),
        created_at_ms=row.created_at_ms,
        last_seen_at_ms=row.last_seen_at_ms,
        expires_at_ms=row.expires_at_ms,
        ended_at_ms=UNSET if ended is None else ended,
        current=row.id == current_id,
    )


def partner_key_shape(row: PartnerKeyRow) -> PartnerKey:
    """A partner key without its secret."""
    return PartnerKey(
        partner_key_id=ids.encode("prt", row.id),
        target_system=row.target_system,
        label=UNSET if row.label is None else row.label,
        status=PartnerKeyStatus(row.status),
        created_at_ms=row.created_at_ms,
        revoked_at_ms=UNSET if row.revoked_at_ms is None else row.revoked_at_ms,
    )
