"""What a process needs before it can serve: a database at this version's schema, and its keys (spec 6.4 Service)."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from sqlalchemy import (
    Boolean,
    ColumnElement,
    Text,
    cast,
    column,
    exists,
    func,
    literal_column,
    select,
    table,
)

from fleetprompt import __version__
from fleetprompt.authz import Access, Actor
from fleetprompt.errors import Outage, unavailable
from fleetprompt.fields import NoArguments
from fleetprompt.runtime.key_versions import in_use, problems_of
from fleetprompt.runtime.operations import query
from fleetprompt.runtime.processes import KnownKeys, knowledge
from fleetprompt.runtime.run import Look
from fleetprompt.store import migrate
from fleetprompt.store.statements import DATABASE_NOW_MS, reading
from fleetprompt.store.tables import instance


class Health(msgspec.Struct, frozen=True):
    """That the process answers."""

    ok: bool
    version: str


class KeyVersion(msgspec.Struct, frozen=True, rename="camel"):
    """A key that this process knows, by its version and a fingerprint that gives nothing away."""

    version: str
    fingerprint: str
    signs: bool


class Readiness(msgspec.Struct, frozen=True, rename="camel"):
    """That the process can serve: the database and schema it found, its clock beside the database's, and the keys.

    database: `writable`, or `read_only` while it takes no writes. clock_ahead_ms: negative where ours is behind.
    event_loop_lag_ms: the longest that this process kept everybody waiting within the last minute. processes: which
    keys each live process knows.
    """

    ok: bool
    version: str
    database: str
    migration: str
    clock_ahead_ms: int
    event_loop_lag_ms: int
    key_versions: list[KeyVersion]
    processes: list[KnownKeys]


class Standing(msgspec.Struct, frozen=True):
    """What the database says of itself: its time, whether it refuses writes, and how far its schema is.

    is_restoring: a restore was not finished. oldest_code: the least revision of code that the schema needs.
    """

    version_num: str
    now_ms: int
    read_only: bool
    is_restoring: bool
    oldest_code: str | None


_SAYS: Final[tuple[ColumnElement[Any], ...]] = (
    column("version_num", Text),
    DATABASE_NOW_MS.label("now_ms"),
    cast(func.current_setting(literal_column("'transaction_read_only'")), Boolean).label("read_only"),
    exists().where(instance.c.unfinished_restore.is_not(None)).label("is_restoring"),
    select(instance.c.oldest_code).scalar_subquery().label("oldest_code"),
)
_STANDING: Final = reading("readiness.standing", select(*_SAYS).select_from(table("alembic_version")), Standing)


@query("service.health", who=Access.ANYONE)
async def health(_: Look, __: Actor, ___: NoArguments) -> Health:
    """Whether the process answers at all; it asks nothing of the database."""
    return Health(ok=True, version=__version__)


@query("service.readiness", who=Access.ANYONE)
async def readiness(look: Look, _: Actor, __: NoArguments) -> Readiness:
    """Whether the process can serve: its database answers, at this version's schema, and its keys are the ones needed.

    Anybody may ask, as often as she likes, so all who ask at once share one answer. Raises UNAVAILABLE.
    """
    return await look.services.answers.get("readiness", lambda: _readiness(look))


async def _readiness(look: Look) -> Readiness:
    standing = await look.one(_STANDING.bind())
    at = "none" if standing is None else standing.version_num
    if standing is None or not migrate.fits(at, standing.oldest_code):
        message = f"The database is at migration {at}, this version needs {migrate.head()}."
        raise unavailable(message, Outage.OTHER_MIGRATION, retry_after_s=5)
    if standing.is_restoring:
        raise unavailable("A restore of this database is not finished.", Outage.RESTORING, retry_after_s=5)
    ring = look.ring
    known = await look.one(knowledge())
    found = await look.one(in_use(look.now_ms))
    if found is not None and (problems := problems_of(ring, found)):
        raise unavailable(" ".join(map(str, problems)), Outage.KEYS_MISSING, retry_after_s=5)
    return Readiness(
        ok=True,
        version=__version__,
        database="read_only" if standing.read_only else "writable",
        migration=at,
        clock_ahead_ms=look.now_ms - standing.now_ms,
        event_loop_lag_ms=round(look.services.loop.longest_lag_s * 1000),
        key_versions=[
            KeyVersion(version, fingerprint, version == ring.current)
            for version, fingerprint in ring.fingerprints.items()
        ],
        processes=[] if known is None else known.processes,
    )
