"""How many install intents wait to be redeemed: what withdrawing something would undo."""

from __future__ import annotations

from sqlalchemy import ColumnElement, ScalarSelect, bindparam, func, select

from fleetprompt.installs.statements.intents import IS_ALIVE
from fleetprompt.store.tables import install_intents


def open_intents(*conditions: ColumnElement[bool]) -> ScalarSelect[int]:
    """The number of intents that `conditions` name and that are open at the parameter `now_ms`."""
    is_open = IS_ALIVE, install_intents.c.expires_at_ms > bindparam("now_ms")
    return select(func.count()).select_from(install_intents).where(*is_open, *conditions).scalar_subquery()
