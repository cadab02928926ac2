"""What a search by words is composed of: tsqueries as parameters, and whether words hold them (spec 6.3)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, bindparam, cast
from sqlalchemy.dialects.postgresql import TSQUERY


def asked(name: str) -> ColumnElement[Any]:
    """The tsquery parameter `name`; NULL where nothing of that sort is asked for."""
    return cast(bindparam(name), TSQUERY)


def holds(vector: ColumnElement[Any], query: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether a tsvector matches a tsquery."""
    return vector.bool_op("@@")(query)
