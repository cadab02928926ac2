"""What people leave behind in a large market: intents, tokens, events, sessions, keys, reports, days.

Few buyers leave all of it, so that what belongs to one of them is worth reading in its order. Rows lie in the order of
their times, as what is only ever appended does: PostgreSQL takes an index in that order for cheap then, also while no
vacuum has yet marked the pages that its rows are on.
"""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

import psycopg

LISTINGS_FOR_EACH_INTENT: Final = 20
USERS_FOR_EACH_BUYER: Final = 499
EVENTS_OF_EACH_SORT: Final = 5
"""Of an intent: many more than a page of the audit log looks at are there."""
FIRST_BUYER: Final = USERS_FOR_EACH_BUYER - 1
"""Her place among the users, who have the numbers of their publishers."""

# Ten buyers, and half of their intents are over. Each intent has had one token.
_INTENTS: Final = """
insert into install_intents (
  buyer_user_id, id, listing_id, release_id, target_system, target_context, status, current_token_id, expires_at_ms,
  created_at_ms, updated_at_ms
)
select u.id, pg_temp.uuid_at(l.created_at_ms + 1, l.n), l.id, l.latest_release_id, 'whs', '{}',
  case when l.n / %(listings)s %% 20 < 10 then 'redeemed' else 'token_issued' end,
  pg_temp.uuid_at(l.created_at_ms + 2, l.n), l.created_at_ms + 86400000, l.created_at_ms, l.created_at_ms
from (select row_number() over (order by id) as n, * from listings) as l
join (select row_number() over (order by id) as n, id from users) as u
  on u.n = %(users)s * (1 + l.n / %(listings)s %% 10)
where l.n %% %(listings)s = 0
order by l.n
"""

_TOKENS: Final = """
insert into install_tokens (
  buyer_user_id, id, intent_id, token_hash, key_version, status, issued_at_ms, expires_at_ms, ended_at_ms
)
select buyer_user_id, current_token_id, id, sha256(id::text::bytea), 'v1',
  case status when 'redeemed' then 'redeemed' else 'issued' end, created_at_ms, created_at_ms + 900000,
  case status when 'redeemed' then updated_at_ms end
from install_intents
"""

# Half of them name one listing, which thus has many.
_EVENTS: Final = """
insert into audit_events (
  id, type, actor_type, actor_id, listing_id, release_id, install_intent_id, created_at_ms, request_id, summary
)
select pg_temp.uuid_at(created_at_ms + 3, row_number() over ()), 'install_intent.created', 'user', buyer_user_id,
  listing_id, release_id, id, created_at_ms, gen_random_uuid(), 'Something happened.'
from install_intents, generate_series(1, %(each)s)
union all
select pg_temp.uuid_at(created_at_ms + 4, row_number() over ()), 'install_token.expired', 'system', null,
  %(busy)s, %(busy)s, %(busy)s, created_at_ms, %(busy)s, 'Something happened.'
from install_intents, generate_series(1, %(each)s)
order by created_at_ms
"""

_SESSIONS: Final = """
insert into sessions (id, user_id, secret_hash, key_version, created_at_ms, last_seen_at_ms, expires_at_ms)
select id, buyer_user_id, sha256(id::text::bytea), 'v1', created_at_ms, created_at_ms, expires_at_ms
from install_intents
"""

_API_KEYS: Final = """
insert into api_keys (id, user_id, name, scopes, secret_hash, key_version, created_at_ms, expires_at_ms)
select id, buyer_user_id, 'CI', '{read}', sha256(id::text::bytea), 'v1', created_at_ms, expires_at_ms
from install_intents
"""

_NONCES: Final = """
insert into request_nonces select gen_random_uuid(), id::text, id, expires_at_ms from install_intents
"""

_LEDGER: Final = """
insert into idempotency_keys (
  caller, operation, key, fingerprint, key_version, status, body, request_id, created_at_ms, expires_at_ms
)
select buyer_user_id::text, 'install_intents.open', id::text, sha256(id::text::bytea), 'v1', 201, '', id,
  created_at_ms, expires_at_ms
from install_intents
"""

_REPORTS: Final = """
insert into reports (id, listing_id, reporter_user_id, kind, summary, listing_revision, status, created_at_ms)
select id, listing_id, buyer_user_id, 'spam', 'It is spam.', 1, 'open', created_at_ms from install_intents
"""

_REVISIONS: Final = """
insert into listing_revisions select listing_id, 1, '{}', created_at_ms from install_intents
"""

_STAT_DELTAS: Final = "insert into stat_deltas select id, listing_id, 19675, 1, 0 from install_intents"

_STAT_DAYS: Final = """
insert into stat_days
select listing_id, day, 1, 1 from install_intents, generate_series(19646, 19675) as day order by day, listing_id
"""


def add_traffic(connection: psycopg.Connection[Any], busy_listing: UUID) -> None:
    """Fill the tables beside listings and releases. It needs the market's `pg_temp.uuid_at`."""
    each = {"listings": LISTINGS_FOR_EACH_INTENT, "users": USERS_FOR_EACH_BUYER}
    connection.execute(_INTENTS.encode(), each)
    connection.execute(_EVENTS.encode(), {"busy": busy_listing, "each": EVENTS_OF_EACH_SORT})
    for statement in (
        _TOKENS,
        _SESSIONS,
        _API_KEYS,
        _NONCES,
        _LEDGER,
        _REPORTS,
        _REVISIONS,
        _STAT_DELTAS,
        _STAT_DAYS,
    ):
        connection.execute(statement.encode())
