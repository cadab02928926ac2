"""What a process needs before it can serve: a database at this version's schema, and its keys (spec 6.4 Service)."""

from __future__ import annotations

from functools import cache
from typing import Final

import msgspec
from sqlalchemy import Text, column, select, table

from fleetprompt import __version__
from fleetprompt.authz import Access, Actor
from fleetprompt.errors import Outage, unavailable
from fleetprompt.fields import Command
from fleetprompt.runtime.key_versions import in_use, problems_of
from fleetprompt.runtime.operations import query
from fleetprompt.runtime.run import Look
from fleetprompt.store import migrate
from fleetprompt.store.statements import reading


class Ask(Command):
    """No arguments."""


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
    """That the process can serve: the schema it found and the keys it knows."""

    ok: bool
    version: str
    database: str
    migration: str
    key_versions: list[KeyVersion]


class Migration(msgspec.Struct, frozen=True):
    """The revision that the database is at."""

    version_num: str


_MIGRATION: Final = reading(
    "readiness.migration", select(column("version_num", Text)).select_from(table("alembic_version")), Migration
)


@cache
def _head() -> str:
    return migrate.head()


@query("service.health", who=Access.ANYONE)
async def health(_: Look, __: Actor, ___: Ask) -> Health:
    """Whether the process answers at all; it asks nothing of the database."""
    return Health(ok=True, version=__version__)


@query("service.readiness", who=Access.ANYONE)
async def readiness(look: Look, _: Actor, __: Ask) -> Readiness:
    """Whether the process can serve: its database answers, at this version's schema, and its keys are the ones needed.

    Raises UNAVAILABLE otherwise.
    """
    row = await look.one(_MIGRATION.bind())
    at = "none" if row is None else row.version_num
    if at != _head():
        message = f"The database is at migration {at}, this version needs {_head()}."
        raise unavailable(message, Outage.OTHER_MIGRATION, retry_after_s=5)
    ring = look.ring
    found = await look.one(in_use(look.now_ms))
    if found is not None and (problems := problems_of(ring, found)):
        raise unavailable(" ".join(map(str, problems)), Outage.KEYS_MISSING, retry_after_s=5)
    return Readiness(
        ok=True,
        version=__version__,
        database="reachable",
        migration=at,
        key_versions=[
            KeyVersion(version, fingerprint, version == ring.current)
            for version, fingerprint in ring.fingerprints.items()
        ],
    )
