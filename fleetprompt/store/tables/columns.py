"""What tables are made of: their metadata with its names of constraints, the usual columns, and checks of bounds."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Column, MetaData, Text, Uuid

metadata = MetaData(
    naming_convention={
        "ix": "%(table_name)s_%(column_0_N_name)s_ix",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "ck": "%(table_name)s_%(constraint_name)s_check",
        "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
        "pk": "%(table_name)s_pkey",
    }
)


def id_column(name: str = "id") -> Column[Any]:
    """A UUID."""
    return Column(name, Uuid, nullable=False)


def ms_column(name: str, *, nullable: bool = False) -> Column[Any]:
    """A time in epoch milliseconds."""
    return Column(name, BigInteger, nullable=nullable)


def text_column(name: str, *, nullable: bool = False, collation: str | None = None) -> Column[Any]:
    """A text. collation: `C` where it is compared by its bytes."""
    return Column(name, Text(collation=collation), nullable=nullable)


def one_of(column: str, enum: type[StrEnum]) -> CheckConstraint:
    """A text is a word of the enum."""
    return CheckConstraint(f"{column} in ({_quoted(enum)})", name=column)


def all_of(column: str, enum: type[StrEnum]) -> CheckConstraint:
    """Every text of an array is a word of the enum."""
    return CheckConstraint(f"{column} <@ array[{_quoted(enum)}]::text[]", name=column)


def one_of_within(column: str, path: str, enum: type[StrEnum], *, name: str) -> CheckConstraint:
    """What a JSON path finds in a document are words of the enum."""
    return CheckConstraint(f"jsonb_path_query_array({column}, '{path}') <@ '{json.dumps(list(enum))}'", name=name)


def length(column: str, least: int, most: int) -> CheckConstraint:
    """A text has so many code points, as it is stored."""
    return CheckConstraint(f"char_length({column}) between {least} and {most}", name=f"{column}_length")


def lengths(column: str, least: int, most: int) -> CheckConstraint:
    """Every text of an array has so many code points in normal form C."""
    return CheckConstraint(f"texts_fit(to_jsonb({column}), {least}, {most})", name=f"{column}_length")


def lengths_within(column: str, path: str, least: int, most: int, *, name: str) -> CheckConstraint:
    """Every text that a JSON path finds in a document has so many code points in normal form C."""
    found = f"jsonb_path_query_array({column}, '{path}')"
    return CheckConstraint(f"texts_fit({found}, {least}, {most})", name=f"{name}_length")


def _quoted(enum: type[StrEnum]) -> str:
    return ", ".join(f"'{member.value}'" for member in enum)
