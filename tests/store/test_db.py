"""How the pools of a process talk to whatever PostgreSQL they are given."""

from __future__ import annotations

import msgspec
import pytest
from sqlalchemy import func, select

from fleetprompt.runtime.services import Services
from fleetprompt.store import statements
from fleetprompt.store.db import PLANNING


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
