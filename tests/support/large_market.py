"""A market of 100 000 listings, for the tests of query plans.

Words, tags and publishers are as skewed as they are in life: one tag is on three of ten listings, one publisher has
two of a hundred, a few words are in every tenth name and most in hardly any.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from fleetprompt.enums import AssetKind
from fleetprompt.search_text import listing_vector, name_key, vector
from fleetprompt.versions import is_prerelease, version_precedence_key
from tests.support.databases import Cluster, Database, Run

LISTINGS: Final = 100_000
PUBLISHERS: Final = 5_000
SUSPENDED_PUBLISHERS: Final = 25
RELEASES_OF_THE_BUSIEST: Final = 600
START_MS: Final = 1_700_000_000_000

COMMON_TAG: Final = "automation"
COMMON_CATEGORY: Final = "category-0"
COMMON_WORD: Final = "kaka"

_SYLLABLES: Final = ("ka", "lo", "mi", "ren", "sta", "vor", "te", "nu", "phi", "gra", "bel", "dos")
_WORDS: Final = [a + b + c for c in ("", *_SYLLABLES) for a in _SYLLABLES for b in _SYLLABLES]
_STATUSES: Final = ("published",) * 18 + ("draft", "unlisted")

_COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "users": (
        "id", "external_id", "email", "email_key", "display_name", "password_hash", "buyer_ref_version",
        "created_at_ms", "updated_at_ms",
    ),
    "publishers": (
        "id", "owner_user_id", "handle", "display_name", "verification_status", "suspended_at_ms", "search_vector",
        "created_at_ms", "updated_at_ms",
    ),
    "listings": (
        "id", "publisher_id", "asset_kind", "status", "name", "summary", "tags", "categories", "images",
        "published_releases", "latest_release_id", "latest_version", "latest_published_at_ms", "name_key",
        "search_vector", "created_at_ms", "updated_at_ms",
    ),
    "releases": (
        "listing_id", "id", "publisher_id", "version", "precedence", "is_prerelease", "status", "refs", "compat",
        "artifacts", "published_at_ms", "revoked_at_ms", "revoke_reason",
    ),
    "stat_totals": ("listing_id", "install_intents_30d", "redemptions_30d", "as_of_day"),
    "facet_deltas": ("id", "facet", "value", "listings"),
}  # fmt: skip

_COUNT_FACETS: Final = """
insert into facet_counts
select facet, value, count(*) from (
  select 'assetKind', asset_kind from listings where status = 'published'
  union all select 'category', unnest(categories) from listings where status = 'published'
  union all select 'tag', unnest(tags) from listings where status = 'published'
) as each (facet, value) group by facet, value
"""


@dataclass(frozen=True)
class LargeMarket:
    """The database, and what is special in it."""

    database: Database
    busy_publisher: UUID
    """Has two of a hundred listings."""
    busy_listing: UUID
    """Has `RELEASES_OF_THE_BUSIEST`, a tenth of them revoked."""
    ordinary_listing: UUID
    ordinary_release: UUID
    suspended_publisher: UUID


def uuid_at(at_ms: int, chance: random.Random) -> UUID:
    """A UUIDv7 of a time in ms."""
    return UUID(int=at_ms << 80 | 7 << 76 | chance.getrandbits(12) << 64 | 2 << 62 | chance.getrandbits(62))


def _skewed(chance: random.Random, count: int) -> int:
    return int(count * chance.random() ** 4)


class _Maker:
    """Makes rows, the same in every run."""

    def __init__(self) -> None:
        self.chance = random.Random(7)
        self.users = [uuid_at(START_MS + n, self.chance) for n in range(PUBLISHERS)]
        self.publishers = [uuid_at(START_MS + n, self.chance) for n in range(PUBLISHERS)]
        self.listings = [uuid_at(START_MS + 1000 * n, self.chance) for n in range(LISTINGS)]
        self.latest = [uuid_at(START_MS + 1000 * n + 500, self.chance) for n in range(LISTINGS)]
        self.owners = [self._owner() for _ in range(LISTINGS)]
        self.statuses = [self.chance.choice(_STATUSES) for _ in range(LISTINGS - 1)] + ["published"]

    def _owner(self) -> int:
        return 0 if self.chance.random() < 0.02 else self.chance.randrange(PUBLISHERS)

    def _text(self, words: int) -> str:
        return " ".join(_WORDS[_skewed(self.chance, len(_WORDS))] for _ in range(words))

    def rows_of_users(self) -> Iterator[tuple[Any, ...]]:
        for n, user in enumerate(self.users):
            yield user, f"local|{n}", f"{n}@example.org", f"{n}@example.org", f"User {n}", "-", "v1", START_MS, START_MS

    def rows_of_publishers(self) -> Iterator[tuple[Any, ...]]:
        for n, publisher in enumerate(self.publishers):
            name = f"{self._text(2)} labs".title()
            suspended = START_MS if PUBLISHERS - n <= SUSPENDED_PUBLISHERS else None
            words = vector([("D", name)])
            yield publisher, self.users[n], f"p-{n}", name, "unverified", suspended, words, START_MS, START_MS

    def rows_of_listings(self) -> Iterator[tuple[Any, ...]]:
        kinds = list(AssetKind)
        for n, listing in enumerate(self.listings):
            at_ms = START_MS + 1000 * n
            name, summary = self._text(self.chance.randrange(2, 4)).title(), self._text(12)
            tags = {COMMON_TAG} if self.chance.random() < 0.3 else set[str]()
            tags |= {f"tag-{_skewed(self.chance, 400)}" for _ in range(self.chance.randrange(3))}
            categories = {f"category-{_skewed(self.chance, 24)}" for _ in range(self.chance.randrange(1, 3))}
            words = listing_vector(name=name, tags=sorted(tags), categories=sorted(categories), summary=summary)
            releases = 0.9 * RELEASES_OF_THE_BUSIEST if n == LISTINGS - 1 else 1
            yield (
                listing, self.publishers[self.owners[n]], self.chance.choice(kinds), self.statuses[n], name, summary,
                sorted(tags), sorted(categories), Jsonb([]), int(releases), self.latest[n], "1.0.0", at_ms,
                name_key(name), words, at_ms, at_ms + self.chance.randrange(10**9),
            )  # fmt: skip

    def rows_of_releases(self) -> Iterator[tuple[Any, ...]]:
        empty = Jsonb({}), Jsonb({}), Jsonb([])
        key = version_precedence_key("1.0.0")
        for n, listing in enumerate(self.listings):
            publisher, at_ms = self.publishers[self.owners[n]], START_MS + 1000 * n
            yield listing, self.latest[n], publisher, "1.0.0", key, False, "published", *empty, at_ms, None, None
        for minor in range(1, RELEASES_OF_THE_BUSIEST):
            version = f"0.{minor}.0"
            revocation = (
                ("revoked", *empty, at_ms, at_ms, "Broken.")
                if minor % 10 == 0
                else ("published", *empty, at_ms, None, None)
            )
            yield (
                listing, uuid_at(at_ms - minor, self.chance), publisher, version, version_precedence_key(version),
                is_prerelease(version), *revocation,
            )  # fmt: skip

    def rows_of_stat_totals(self) -> Iterator[tuple[Any, ...]]:
        for listing in self.listings[::5]:
            yield listing, self.chance.randrange(1000), self.chance.randrange(100), START_MS // 86_400_000

    def rows_of_facet_deltas(self) -> Iterator[tuple[Any, ...]]:
        for n in range(200):
            yield (
                uuid_at(START_MS + n, self.chance),
                "tag",
                f"tag-{_skewed(self.chance, 400)}",
                self.chance.choice((1, -1)),
            )


def _fill(connection: psycopg.Connection[Any], made: _Maker) -> None:
    for table, columns in _COLUMNS.items():
        names = sql.SQL(", ").join(map(sql.Identifier, columns))
        into = sql.SQL("copy {} ({}) from stdin").format(sql.Identifier(table), names)
        with connection.cursor() as cursor, cursor.copy(into) as copy:
            for row in getattr(made, f"rows_of_{table}")():
                copy.write_row(row)
    connection.execute(_COUNT_FACETS)


@contextmanager
def _without_indexes(connection: psycopg.Connection[Any]) -> Iterator[None]:
    """Drop what slows loading down and is no constraint, and make it again at the end."""
    found = connection.execute(
        "select indexname, indexdef from pg_indexes where schemaname = 'public' and tablename = any(%s)"
        " and indexname not in (select conname from pg_constraint)",
        (list(_COLUMNS),),
    ).fetchall()
    for name, _ in found:
        connection.execute(sql.SQL("drop index {}").format(sql.Identifier(name)))
    yield
    for _, definition in found:
        connection.execute(definition.encode())


def large_market_of(cluster: Cluster, run: Run, template: str) -> LargeMarket:
    """The market of this run, made by whoever comes first; nobody changes it."""
    made, is_ready = _Maker(), run.folder / "large_market.ready"
    database = Database(cluster, f"{run.name}_large_market")
    with run.turn():
        if not is_ready.exists():
            cluster.create(database.name, template)
            with database.as_owner() as connection:
                connection.execute("set maintenance_work_mem = '256MB'")
                with _without_indexes(connection):
                    _fill(connection, made)
                connection.execute("vacuum (analyze)")
            is_ready.touch()
    ordinary = made.statuses.index("published")
    return LargeMarket(
        database,
        busy_publisher=made.publishers[0],
        busy_listing=made.listings[-1],
        ordinary_listing=made.listings[ordinary],
        ordinary_release=made.latest[ordinary],
        suspended_publisher=made.publishers[-1],
    )
