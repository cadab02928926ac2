"""A market of 100 000 listings, for the tests of query plans.

Words, tags and publishers are as skewed as they are in life: one tag is on three of ten listings, one publisher has
two of a hundred, a few words are in every tenth name and most in hardly any.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final
from uuid import UUID

import psycopg
from psycopg import sql

from fleetprompt.enums import AssetKind
from fleetprompt.search_text import listing_vector, name_key, vector
from fleetprompt.versions import version_precedence_key
from tests.support.databases import Cluster, Database, Run
from tests.support.market_traffic import add_traffic

LISTINGS: Final = 100_000
PATTERNS: Final = 9_973
"""So many listings differ in what they say; each is there ten times, of ten publishers."""
PUBLISHERS: Final = 4_999
"""A prime like the patterns, so that every publisher has listings of every sort."""
SUSPENDED_PUBLISHERS: Final = 25
START_MS: Final = 1_700_000_000_000
LISTED_EVERY_MS: Final = 1_000

COMMON_TAG: Final = "automation"
COMMON_CATEGORY: Final = "category-0"
RARE_TAG: Final = "tag-397"
COMMON_WORD: Final = "kaka"
WORD_OF_EVERY_PUBLISHER: Final = "labs"

BUSY_PUBLISHER: Final = 0
"""Has two of a hundred listings."""
BUSY_LISTING: Final = LISTINGS - 3
"""Has many releases, a tenth of them revoked."""
RELEASES_OF_BUSY_LISTING: Final = 600

_SYLLABLES: Final = ("ka", "lo", "mi", "ren", "sta", "vor", "te", "nu", "phi", "gra", "bel", "dos")
_WORDS: Final = [a + b + c for c in ("", *_SYLLABLES) for a in _SYLLABLES for b in _SYLLABLES]
RARE_WORD: Final = _WORDS[-1]

Row = tuple[Any, ...]

_UUID: Final = """
create function pg_temp.uuid_at(at_ms bigint, n bigint) returns uuid language sql immutable as $$
  select (lpad(to_hex(at_ms), 12, '0') || '70008000' || lpad(to_hex(n), 12, '0'))::uuid
$$
"""

_PATTERNS: Final = """
create temporary table patterns (
  n int primary key, name text, summary text, tags text[], categories text[], name_key text, words tsvector
)
"""

_LISTINGS: Final = """
insert into listings (
  id, publisher_id, asset_kind, status, name, summary, tags, categories, images, published_releases, latest_release_id,
  latest_version, latest_published_at_ms, name_key, search_vector, created_at_ms, updated_at_ms
)
select
  pg_temp.uuid_at(at_ms, g.n),
  pg_temp.uuid_at(%(start_ms)s + publisher, publisher),
  (%(kinds)s::text[])[1 + g.n %% 3],
  case g.n %% 20 when 18 then 'draft' when 19 then 'unlisted' else 'published' end,
  p.name, p.summary, p.tags, p.categories, '[]',
  1, pg_temp.uuid_at(at_ms + 1, g.n), '1.0.0', at_ms,
  p.name_key, p.words, at_ms, at_ms + g.n * 7919::bigint %% 1000000007
from generate_series(0, %(listings)s - 1) as g (n)
join patterns p on p.n = g.n %% %(patterns)s
cross join lateral (
  select
    %(start_ms)s + %(listed_every_ms)s * g.n::bigint as at_ms,
    case when g.n %% 50 = 0 then %(busy_publisher)s else g.n * 7919::bigint %% %(publishers)s end as publisher
) as place
"""

_RELEASES: Final = """
insert into releases (
  listing_id, id, publisher_id, version, precedence, is_prerelease, status, refs, compat, artifacts, published_at_ms
)
select id, latest_release_id, publisher_id, latest_version, %(precedence)s, false, 'published', '{}', '{}', '[]',
  latest_published_at_ms
from listings
"""

_MANY_RELEASES: Final = """
insert into releases (
  listing_id, id, publisher_id, version, precedence, is_prerelease, status, refs, compat, artifacts, published_at_ms,
  revoked_at_ms, revoke_reason
)
select l.id, pg_temp.uuid_at(l.created_at_ms - k, k), l.publisher_id, '0.' || k || '.0', 'of busy listing ' || k, false,
  case when is_revoked then 'revoked' else 'published' end, '{}', '{}', '[]', l.created_at_ms,
  case when is_revoked then l.created_at_ms end, case when is_revoked then 'It is broken.' end
from listings l, generate_series(1, %(releases)s) k, lateral (select k %% 10 = 0) as revocation (is_revoked)
where l.id = %(listing_id)s
"""

_STAT_TOTALS: Final = "insert into stat_totals select id, 10, 5, 19675 from listings where created_at_ms % 5000 = 0"

_COUNT_FACETS: Final = """
insert into facet_counts
select facet, value, count(*) from (
  select 'assetKind', asset_kind from listings where status = 'published'
  union all select 'category', unnest(categories) from listings where status = 'published'
  union all select 'tag', unnest(tags) from listings where status = 'published'
) as each (facet, value) group by facet, value
"""

_FACET_DELTAS: Final = """
insert into facet_deltas select gen_random_uuid(), 'tag', 'tag-' || k % 40, 1 - k % 3 from generate_series(1, 200) k
"""


def listing_id(n: int) -> UUID:
    """The id of listing `n`; it is published unless `n % 20` is 18 or 19."""
    return _uuid(START_MS + LISTED_EVERY_MS * n, n)


def release_id(n: int) -> UUID:
    """The id of the latest release of listing `n`."""
    return _uuid(START_MS + LISTED_EVERY_MS * n + 1, n)


def publisher_id(n: int) -> UUID:
    """The id of publisher `n`, and of its user."""
    return _uuid(START_MS + n, n)


def _uuid(at_ms: int, n: int) -> UUID:
    return UUID(int=at_ms << 80 | 7 << 76 | 2 << 62 | n)


def _skewed(chance: random.Random, count: int) -> int:
    return int(count * chance.random() ** 4)


def _text(chance: random.Random, words: int) -> str:
    return " ".join(_WORDS[_skewed(chance, len(_WORDS))] for _ in range(words))


def _users() -> Iterator[Row]:
    for n in range(PUBLISHERS):
        email = f"{n}@example.org"
        yield publisher_id(n), f"local|{n}", email, email, f"User {n}", "-", "v1", START_MS, START_MS


def _publishers(chance: random.Random) -> Iterator[Row]:
    for n in range(PUBLISHERS):
        name = f"{_text(chance, 2)} {WORD_OF_EVERY_PUBLISHER}".title()
        suspended = START_MS if PUBLISHERS - n <= SUSPENDED_PUBLISHERS else None
        words = vector([("D", name)])
        yield publisher_id(n), publisher_id(n), f"p-{n}", name, "unverified", suspended, words, START_MS, START_MS


def _patterns(chance: random.Random) -> Iterator[Row]:
    for n in range(PATTERNS):
        name, summary = _text(chance, chance.randrange(2, 4)).title(), _text(chance, 8)
        tags = {f"tag-{_skewed(chance, 400)}" for _ in range(chance.randrange(3))}
        tags |= {COMMON_TAG} if chance.random() < 0.3 else {f"only-here-{n}"}
        categories = {f"category-{_skewed(chance, 24)}" for _ in range(chance.randrange(1, 3))}
        words = listing_vector(name=name, tags=tags, categories=categories, summary=summary)
        yield n, name, summary, sorted(tags), sorted(categories), name_key(name), words


def _copy(connection: psycopg.Connection[Any], into: str, rows: Iterable[Row]) -> None:
    with connection.cursor() as cursor, cursor.copy(f"copy {into} from stdin".encode()) as copy:
        for row in rows:
            copy.write_row(row)


def _fill(connection: psycopg.Connection[Any]) -> None:
    chance = random.Random(7)
    for definition in (_UUID, _PATTERNS):
        connection.execute(definition.encode())
    _copy(
        connection,
        "users (id, external_id, email, email_key, display_name, password_hash, buyer_ref_version, created_at_ms,"
        " updated_at_ms)",
        _users(),
    )
    _copy(
        connection,
        "publishers (id, owner_user_id, handle, display_name, verification_status, suspended_at_ms, search_vector,"
        " created_at_ms, updated_at_ms)",
        _publishers(chance),
    )
    _copy(connection, "patterns", _patterns(chance))
    numbers = {
        "start_ms": START_MS,
        "listed_every_ms": LISTED_EVERY_MS,
        "kinds": list(AssetKind),
        "listings": LISTINGS,
        "patterns": PATTERNS,
        "publishers": PUBLISHERS,
        "busy_publisher": BUSY_PUBLISHER,
    }
    connection.execute(_LISTINGS.encode(), numbers)
    connection.execute(_RELEASES.encode(), {"precedence": version_precedence_key("1.0.0")})
    busy = {"listing_id": listing_id(BUSY_LISTING), "releases": RELEASES_OF_BUSY_LISTING}
    connection.execute(_MANY_RELEASES.encode(), busy)
    for statement in (_STAT_TOTALS, _COUNT_FACETS, _FACET_DELTAS):
        connection.execute(statement.encode())
    add_traffic(connection, listing_id(BUSY_LISTING))


@contextmanager
def _without_indexes(connection: psycopg.Connection[Any]) -> Iterator[None]:
    """Drop what slows loading down and is no constraint, and make it again at the end."""
    found = connection.execute(
        "select indexname, indexdef from pg_indexes where tablename in ('publishers', 'listings', 'releases')"
        " and indexname not in (select conname from pg_constraint)"
    ).fetchall()
    for name, _ in found:
        connection.execute(sql.SQL("drop index {}").format(sql.Identifier(name)))
    yield
    for _, definition in found:
        connection.execute(definition.encode())


def large_market(cluster: Cluster, run: Run, template: str) -> Database:
    """The market of this run, made by whoever comes first; nobody changes it."""
    name, is_ready = f"{run.name}_large_market", run.folder / "large_market.ready"
    with run.turn():
        if not is_ready.exists():
            database = cluster.create(name, template)
            with database.as_owner() as connection:
                connection.execute("set maintenance_work_mem = '256MB'")
                with _without_indexes(connection):
                    _fill(connection)
                connection.execute("vacuum (analyze)")
            is_ready.touch()
    return Database(cluster, name)
