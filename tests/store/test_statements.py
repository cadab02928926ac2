"""How statements are compiled: constants into their text, whatever else is given as parameters (spec 2.6)."""

from __future__ import annotations

import pytest
from sqlalchemy import Integer, Text, bindparam, column, select, table, update

from fleetprompt.store import statements

ROWS = table("rows", column("id", Integer), column("status", Text), column("note", Text))


@pytest.fixture(autouse=True)
def own_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is compiled here stays out of the registry that other suites walk."""
    monkeypatch.setattr(statements, "REGISTRY", {})


def test_constants_stand_in_the_text_so_that_every_plan_can_use_a_partial_index() -> None:
    wanted = select(ROWS.c.id).where(ROWS.c.status.in_(["it's", "100 %"]), ROWS.c.note == bindparam("note")).limit(7)
    sql = statements.reading("test.read", wanted, tuple).sql
    assert "IN ('it''s', '100 %%')" in sql
    assert "LIMIT 7" in sql
    assert sql.count("%(") == sql.count("%(note)s") == 1


def test_a_constant_that_is_written_is_no_parameter_either() -> None:
    change = update(ROWS).where(ROWS.c.id == bindparam("row")).values(status="over", note=bindparam("new_note"))
    bound = statements.changing("test.change", change).bind(row=1, new_note=None)
    assert "status='over'" in bound.statement.sql
    assert "must_touch(1, count(*))" in bound.statement.sql
    assert bound.values == {"row": 1, "new_note": None}


def test_two_statements_of_one_name_are_refused() -> None:
    statements.reading("test.twice", select(ROWS.c.id), tuple)
    with pytest.raises(ValueError, match="two statements are named"):
        statements.reading("test.twice", select(ROWS.c.note), tuple)
