"""What callers see of accounts."""

from __future__ import annotations

from msgspec import UNSET

from fleetprompt import ids, secrets
from fleetprompt.accounts.model import Me, Nothing, PartnerKey, PartnerKeys, ProfileReply, User
from fleetprompt.accounts.shapes import partner_key_shape, profile_shape
from fleetprompt.accounts.statements import partner_keys, publishers, users
from fleetprompt.authz import Access, Actor, everything, own_as_user
from fleetprompt.enums import KeyScope
from fleetprompt.errors import not_found
from fleetprompt.rate_limits import RateClass
from fleetprompt.runtime.operations import query
from fleetprompt.runtime.pagination import Page, Pager
from fleetprompt.runtime.run import Look


@query("accounts.me", who=Access.SIGNED_IN, rate=(RateClass.SIGNED_IN_READ,))
async def me(look: Look, actor: Actor, _: Nothing) -> Me:
    """The caller with her publisher, and the CSRF token of a cookie session (spec 6.5)."""
    row = await look.one(users.me(actor.user))
    if row is None:
        raise not_found()
    user = User(
        user_id=ids.encode("usr", row.user_id),
        email=row.email,
        display_name=row.user_name,
        capabilities=sorted(row.capabilities),
    )
    csrf = UNSET if actor.cookie_hash is None else secrets.csrf_token(look.ring, actor.cookie_hash).reveal()
    publisher = UNSET if row.profile is None else profile_shape(row.profile)
    return Me(user=user, publisher=publisher, csrf_token=csrf)


@query("publishers.profile", who=Access.SIGNED_IN, rate=(RateClass.SIGNED_IN_READ,))
async def profile(look: Look, actor: Actor, _: Nothing) -> ProfileReply:
    """The caller's publisher (spec 6.4 Publisher). Raises NOT_FOUND before the first profile."""
    row = await look.one(publishers.profile(own_as_user(actor)))
    if row is None:
        raise not_found()
    return ProfileReply(profile_shape(row))


@query("partner_keys.list", who=Access.ADMIN, scope=KeyScope.ADMIN, rate=(RateClass.SIGNED_IN_READ,))
async def list_partner_keys(look: Look, actor: Actor, command: PartnerKeys) -> Page[PartnerKey]:
    """Every partner key, the newest first (spec 6.4 Admin)."""
    scope = everything(actor)
    pager = Pager(look.ring, "partner_keys.list", "admin", command)
    after = None if pager.after is None else ids.decode("prt", pager.after[0])
    rows = await look.many(partner_keys.page(scope, after=after, fetch=pager.fetch))
    return pager.page(rows, place=lambda row: [ids.encode("prt", row.id)], item=partner_key_shape)
