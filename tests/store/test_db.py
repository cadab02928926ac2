"""How the pools of a process talk to whatever PostgreSQL they are given."""

from __future__ import annotations

import msgspec
import pytest
from sqlalchemy import func, select, text

from fleetprompt.runtime.services import Services
from fleetprompt.settings import Isolation
from fleetprompt.store import statements
from fleetprompt.store.db import Database, Tx
from fleetprompt.store.pools import PLANNING
from fleetprompt.store.statements import Bound, Statement
from tests.support import databases


class Setting(msgspec.Struct, frozen=True):
    """One setting of a session."""

    value: str


@pytest.mark.parametrize("search", [False, True])
@pytest.mark.parametrize(("name", "value"), PLANNING.items())
async def test_every_session_plans_alike_on_any_server(
    services: Services, monkeypatch: pytest.MonkeyPatch, search: bool, name: str, value: str
) -> None:
    """A plan, and at SERIALIZABLE what a read locks, must not hang on how an operator set up the role."""
    monkeypatch.setattr(statements, "REGISTRY", {})
    shown = statements.reading("test.setting", select(func.current_setting(name).label("value")), Setting)
    assert await services.db.many(shown.bind(), search=search) == [Setting(value)]


class Prepared(msgspec.Struct, frozen=True):
    """How many statements a session has prepared."""

    count: int


@pytest.fixture
def prepared(monkeypatch: pytest.MonkeyPatch) -> Bound[Prepared]:
    """Asks how many statements the session keeps prepared, itself included."""
    monkeypatch.setattr(statements, "REGISTRY", {})
    found = select(func.count().label("count")).select_from(text("pg_prepared_statements"))
    return statements.reading("test.prepared", found, Prepared).bind()


async def test_what_is_prepared_stays_so_when_a_transaction_only_read(
    database: databases.Database, prepared: Bound[Prepared]
) -> None:
    """At a ROLLBACK the driver would forget it all, and every refusal would make the next readers slow."""
    db = Database(database.serving_url, connections_max=1)
    await db.open()
    try:
        async with db.connection() as connection:
            tx = Tx(connection, Isolation.REPEATABLE_READ, [], lambda rows: None)
            assert await tx.one(prepared) is not None
        found = await db.one(prepared)
        assert found is not None
        assert found.count >= 2, "BEGIN and the statement itself"
    finally:
        await db.close()


async def test_a_transaction_writes_nothing_but_with_its_commit(services: Services) -> None:
    """So that one that only read may end with a COMMIT."""
    write: Bound[object] = Bound(Statement("test.write", "DELETE FROM stat_deltas", None))
    async with services.db.connection() as connection:
        tx = Tx(connection, Isolation.REPEATABLE_READ, [], lambda rows: None)
        with pytest.raises(TypeError, match="goes with its COMMIT"):
            await tx.read(write)
