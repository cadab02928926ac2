"""What the serving role may do to each table: it owns nothing, and column grants decide what it may change (spec 8).

`migrate` grants this after every migration; `doctor` and the tests compare it with the database.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec
from psycopg import sql

from fleetprompt.store import tables


class Grant(msgspec.Struct, frozen=True, kw_only=True):
    """Beyond SELECT: whether rows may be added or removed, and which columns may change."""

    insert: bool = False
    delete: bool = False
    update: tuple[str, ...] = ()


def _all_but(table: str, *kept: str) -> tuple[str, ...]:
    return tuple(column.name for column in tables.metadata.tables[table].columns if column.name not in kept)


# Jobs lock the batch they take away, and PostgreSQL lets only those lock rows who may update some column of them.
GRANTS: Final[dict[str, Grant]] = {
    "users": Grant(insert=True, update=_all_but("users", "id", "external_id", "created_at_ms")),
    "publishers": Grant(insert=True, update=_all_but("publishers", "id", "owner_user_id", "handle", "created_at_ms")),
    "listings": Grant(insert=True, update=_all_but("listings", "id", "publisher_id", "asset_kind", "created_at_ms")),
    "listing_revisions": Grant(insert=True),
    "releases": Grant(insert=True, update=("status", "revoked_at_ms", "revoke_reason", "notes_html", "notes_policy")),
    "install_intents": Grant(insert=True, delete=True, update=("status", "current_token_id", "updated_at_ms")),
    "install_tokens": Grant(insert=True, delete=True, update=("status", "ended_at_ms")),
    "api_keys": Grant(insert=True, update=("revoked_at_ms",)),
    "partner_keys": Grant(insert=True, update=("status", "revoked_at_ms")),
    "request_nonces": Grant(insert=True, delete=True, update=("keep_until_ms",)),
    "idempotency_keys": Grant(
        insert=True, delete=True, update=_all_but("idempotency_keys", "caller", "operation", "key")
    ),
    "audit_events": Grant(insert=True),
    "sessions": Grant(insert=True, delete=True, update=("last_seen_at_ms", "ended_at_ms")),
    "reports": Grant(insert=True, update=("status", "resolution_reason", "resolved_at_ms", "resolved_by_user_id")),
    "stat_deltas": Grant(insert=True, delete=True, update=("day",)),
    "stat_days": Grant(insert=True, update=("install_intents", "redemptions")),
    "stat_totals": Grant(insert=True, delete=True, update=("install_intents_30d", "redemptions_30d", "as_of_day")),
    "facet_deltas": Grant(insert=True, delete=True, update=("listings",)),
    "facet_counts": Grant(insert=True, delete=True, update=("listings",)),
    "job_runs": Grant(insert=True, update=("last_started_at_ms", "last_succeeded_at_ms", "last_duration_ms")),
    "key_versions": Grant(insert=True),
    "processes": Grant(insert=True, delete=True, update=("key_versions", "ring_since_ms", "last_seen_at_ms")),
    "instance": Grant(update=("restored_at_ms", "unfinished_restore")),
    "alembic_version": Grant(),
}


def statements(role: str) -> Iterator[sql.Composed]:
    """The SQL that takes everything from `role` and gives it just this; running it twice changes nothing."""
    grantee = sql.Identifier(role)
    yield sql.SQL("grant usage on schema public to {}").format(grantee)
    for table, grant in GRANTS.items():
        name = sql.Identifier(table)
        yield sql.SQL("revoke all on {} from {}").format(name, grantee)
        yield sql.SQL("grant select on {} to {}").format(name, grantee)
        if grant.insert:
            yield sql.SQL("grant insert on {} to {}").format(name, grantee)
        if grant.delete:
            yield sql.SQL("grant delete on {} to {}").format(name, grantee)
        if grant.update:
            columns = sql.SQL(", ").join(sql.Identifier(column) for column in grant.update)
            yield sql.SQL("grant update ({}) on {} to {}").format(columns, name, grantee)
