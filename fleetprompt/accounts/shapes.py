"""Users, publishers, sessions and keys as they are shown (spec 6.5)."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from msgspec import UNSET

from fleetprompt import ids
from fleetprompt.accounts.model import AdminUser, ApiKey, Bio, PartnerKey, Profile, Session, Suspension, User, Verified
from fleetprompt.accounts.rules import session_deadline_ms
from fleetprompt.accounts.statements.admin_users import AdminUserRow
from fleetprompt.accounts.statements.api_keys import ApiKeyRow
from fleetprompt.accounts.statements.partner_keys import PartnerKeyRow
from fleetprompt.accounts.statements.publishers import ProfileRow
from fleetprompt.accounts.statements.sessions import SessionRow
from fleetprompt.authz import Actor
from fleetprompt.enums import Capability, PartnerKeyStatus, VerificationStatus
from fleetprompt.fields import or_unset


def user(user_id: UUID, email: str, display_name: str, capabilities: Iterable[Capability]) -> User:
    """A user as she sees herself."""
    return User(
        user_id=ids.encode("usr", user_id),
        email=email,
        display_name=display_name,
        capabilities=tuple(sorted(capabilities)),
    )


def verified(status: str, checked_at_ms: int | None) -> Verified:
    """What is known of who a publisher is."""
    return Verified(status=VerificationStatus(status), checked_at_ms=or_unset(checked_at_ms))


def profile(row: ProfileRow) -> Profile:
    """A publisher as its owner sees it."""
    return Profile(
        publisher_id=ids.encode("pub", row.publisher_id),
        handle=row.handle,
        display_name=row.display_name,
        bio=UNSET if row.bio_markdown is None else Bio(markdown=row.bio_markdown, html=row.bio_html or ""),
        verified=verified(row.verification_status, row.verification_checked_at_ms),
    )


def session(row: SessionRow, asking: Actor, *, ended_at_ms: int | None = None) -> Session:
    """A session of the caller as she sees it. ended_at_ms: where it ends just now."""
    ended = row.ended_at_ms if ended_at_ms is None else ended_at_ms
    return Session(
        session_id=ids.encode("ses", row.id),
        created_at_ms=row.created_at_ms,
        last_seen_at_ms=row.last_seen_at_ms,
        expires_at_ms=session_deadline_ms(
            is_admin=Capability.ADMIN in asking.capabilities,
            created_at_ms=row.created_at_ms,
            expires_at_ms=row.expires_at_ms,
        ),
        ended_at_ms=or_unset(ended),
        current=row.id == asking.session_id,
    )


def partner_key(row: PartnerKeyRow) -> PartnerKey:
    """A partner key without its secret."""
    return PartnerKey(
        partner_key_id=ids.encode("prt", row.id),
        target_system=row.target_system,
        label=or_unset(row.label),
        status=PartnerKeyStatus(row.status),
        created_at_ms=row.created_at_ms,
        revoked_at_ms=or_unset(row.revoked_at_ms),
    )


def api_key(row: ApiKeyRow) -> ApiKey:
    """An API key without its secret."""
    return ApiKey(
        api_key_id=ids.encode("key", row.id),
        name=row.name,
        scopes=tuple(row.scopes),
        created_at_ms=row.created_at_ms,
        expires_at_ms=row.expires_at_ms,
        revoked_at_ms=or_unset(row.revoked_at_ms),
    )


def admin_user(row: AdminUserRow) -> AdminUser:
    """A user as admins see her."""
    at_ms, reason = row.suspended_at_ms, row.suspend_reason
    return AdminUser(
        user_id=ids.encode("usr", row.user_id),
        email=row.email,
        display_name=row.display_name,
        capabilities=tuple(sorted(row.capabilities)),
        publisher_barred=row.publisher_barred,
        publisher_id=UNSET if row.publisher_id is None else ids.encode("pub", row.publisher_id),
        suspension=UNSET if at_ms is None or reason is None else Suspension(reason=reason, at_ms=at_ms),
        created_at_ms=row.created_at_ms,
    )
