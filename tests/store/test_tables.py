"""The schema is found on one page (spec 8)."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from sqlalchemy import Table

from fleetprompt.store import tables


def test_the_first_lines_of_the_schema_list_every_table_by_its_module() -> None:
    defined = {}
    for module in iter_modules(tables.__path__):
        members = vars(import_module(f"{tables.__name__}.{module.name}"))
        if names := [name for name, member in members.items() if isinstance(member, Table)]:
            defined[module.name] = names
    lines = [line.split() for line in (tables.__doc__ or "").splitlines()]
    listed = {words[0]: words[1:] for words in lines if words and words[0] in defined}
    assert listed == defined
    assert sorted(name for names in listed.values() for name in names) == sorted(tables.metadata.tables)
    assert set(tables.metadata.tables) < set(tables.__all__)
