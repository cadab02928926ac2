"""What callers see of accounts."""

from __future__ import annotations

from msgspec import UNSET

from fleetprompt import secrets
from fleetprompt.accounts import shapes
from fleetprompt.accounts.model import (
    AdminUser,
    ApiKey,
    ApiKeys,
    Me,
    PartnerKey,
    PartnerKeys,
    ProfileReply,
    Session,
    Sessions,
    Users,
)
from fleetprompt.accounts.rules import session_bounds
from fleetprompt.accounts.statements import admin_users, api_keys, partner_keys, publishers, sessions, users
from fleetprompt.authz import Access, Actor, everything, own_as_user
from fleetprompt.enums import Capability, KeyScope
from fleetprompt.errors import not_found
from fleetprompt.fields import NoArguments, comparable_email
from fleetprompt.rate_limits import RateClass
from fleetprompt.runtime.operations import query
from fleetprompt.runtime.pagination import Page, Pager
from fleetprompt.runtime.run import Look


@query("accounts.me", who=Access.SIGNED_IN, rate=(RateClass.SIGNED_IN_READ,))
async def me(look: Look, actor: Actor, _: NoArguments) -> Me:
    """The caller with her publisher, and the CSRF token of a cookie session (spec 6.5)."""
    row = await look.one(users.me(own_as_user(actor)))
    if row is None:
        raise not_found()
    user = shapes.user(row.user_id, row.email, row.user_name, row.capabilities)
    csrf = UNSET if actor.cookie_hash is None else secrets.csrf_token(look.ring, actor.cookie_hash).reveal()
    publisher = UNSET if row.profile is None else shapes.profile(row.profile)
    return Me(user=user, publisher=publisher, csrf_token=csrf)


@query("publishers.profile", who=Access.SIGNED_IN, rate=(RateClass.SIGNED_IN_READ,))
async def profile(look: Look, actor: Actor, _: NoArguments) -> ProfileReply:
    """The caller's publisher (spec 6.4 Publisher). Raises NOT_FOUND before the first profile."""
    row = await look.one(publishers.profile(own_as_user(actor)))
    if row is None:
        raise not_found()
    return ProfileReply(shapes.profile(row))


@query("api_keys.list", who=Access.SIGNED_IN, rate=(RateClass.SIGNED_IN_READ,))
async def list_api_keys(look: Look, actor: Actor, command: ApiKeys) -> Page[ApiKey]:
    """The caller's API keys, the newest first, revoked and expired ones too (spec 6.4 Account).

    Raises VALIDATION_FAILED on `cursor`.
    """
    scope = own_as_user(actor)
    pager = Pager(look.ring, "api_keys.list", str(scope.user_id), command)
    rows = await look.many(api_keys.page(scope, after_id=pager.after_id, fetch=pager.fetch))
    return pager.page(rows, shapes.api_key)


@query("sessions.list", who=Access.SIGNED_IN, scope=None, rate=(RateClass.SIGNED_IN_READ,))
async def list_sessions(look: Look, actor: Actor, command: Sessions) -> Page[Session]:
    """The caller's live sessions, the newest first; `current` marks the one that asks (spec 6.4 Account).

    Raises VALIDATION_FAILED on `cursor`.
    """
    scope = own_as_user(actor)
    pager = Pager(look.ring, "sessions.list", str(scope.user_id), command)
    bounds = session_bounds(is_admin=Capability.ADMIN in actor.capabilities, now_ms=look.now_ms)
    rows = await look.many(sessions.page(scope, bounds, now_ms=look.now_ms, after_id=pager.after_id, fetch=pager.fetch))
    return pager.page(rows, lambda row: shapes.session(row, actor))


@query("users.list", who=Access.ADMIN, scope=KeyScope.ADMIN, rate=(RateClass.SIGNED_IN_READ,))
async def list_users(look: Look, actor: Actor, command: Users) -> Page[AdminUser]:
    """Every user, the newest first, or the one with an e-mail (spec 6.4 Admin).

    Raises VALIDATION_FAILED on `cursor`.
    """
    scope = everything(actor)
    pager = Pager(look.ring, "users.list", "admin", command)
    email_key = None if command.email is UNSET else comparable_email(command.email)
    rows = await look.many(admin_users.page(scope, email_key=email_key, after_id=pager.after_id, fetch=pager.fetch))
    return pager.page(rows, shapes.admin_user, place=lambda row: [row.user_id])


@query("partner_keys.list", who=Access.ADMIN, scope=KeyScope.ADMIN, rate=(RateClass.SIGNED_IN_READ,))
async def list_partner_keys(look: Look, actor: Actor, command: PartnerKeys) -> Page[PartnerKey]:
    """Every partner key, the newest first (spec 6.4 Admin). Raises VALIDATION_FAILED on `cursor`."""
    scope = everything(actor)
    pager = Pager(look.ring, "partner_keys.list", "admin", command)
    rows = await look.many(partner_keys.page(scope, after_id=pager.after_id, fetch=pager.fetch))
    return pager.page(rows, shapes.partner_key)
