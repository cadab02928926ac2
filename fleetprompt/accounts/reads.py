"""What callers see of accounts."""

from __future__ import annotations

from msgspec import UNSET, UnsetType

from fleetprompt import ids, secrets
from fleetprompt.accounts import statements
from fleetprompt.accounts.model import Bio, Me, Nothing, Profile, User, Verified
from fleetprompt.accounts.statements import MeRow
from fleetprompt.authz import Access, Actor
from fleetprompt.enums import VerificationStatus
from fleetprompt.errors import not_found
from fleetprompt.rate_limits import RateClass
from fleetprompt.runtime.operations import query
from fleetprompt.runtime.run import Look


@query("accounts.me", who=Access.SIGNED_IN, rate=(RateClass.SIGNED_IN_READ,))
async def me(look: Look, actor: Actor, _: Nothing) -> Me:
    """The caller with her publisher, and the CSRF token of a cookie session (spec 6.5)."""
    row = await look.one(statements.me(actor.user))
    if row is None:
        raise not_found()
    csrf = UNSET if actor.cookie_hash is None else secrets.csrf_token(look.ring, actor.cookie_hash).reveal()
    return Me(user=_user(row), publisher=_profile(row), csrf_token=csrf)


def _user(row: MeRow) -> User:
    return User(
        user_id=ids.encode("usr", row.user_id),
        email=row.email,
        display_name=row.display_name,
        capabilities=sorted(row.capabilities),
    )


def _profile(row: MeRow) -> Profile | UnsetType:
    if row.publisher_id is None or row.handle is None or row.publisher_name is None:
        return UNSET
    bio = UNSET if row.bio_markdown is None else Bio(markdown=row.bio_markdown, html=row.bio_html or "")
    checked = row.verification_checked_at_ms
    return Profile(
        publisher_id=ids.encode("pub", row.publisher_id),
        handle=row.handle,
        display_name=row.publisher_name,
        bio=bio,
        verified=Verified(
            status=VerificationStatus(row.verification_status), checked_at_ms=UNSET if checked is None else checked
        ),
    )
