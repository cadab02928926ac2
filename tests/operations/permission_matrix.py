"""The permission matrix as it is published: `contracts/permissions.md`, read back."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

FILE: Final = Path(__file__).parents[2] / "contracts" / "permissions.md"
LET_IN: Final = "let in"


@cache
def published() -> Mapping[str, Mapping[str, str]]:
    """By operation and kind of caller: the code of the refusal, or `LET_IN`. Where there is no such caller, nothing."""
    lines = [line for line in FILE.read_text().splitlines() if line.startswith("|")]
    header, _, *rows = ([cell.strip() for cell in line.strip("|").split("|")] for line in lines)
    return {cells[0].strip("`"): _cells(dict(zip(header[2:], cells[2:], strict=True))) for cells in rows}


def _cells(cells: Mapping[str, str]) -> dict[str, str]:
    return {kind: cell.partition(" ")[2] or LET_IN for kind, cell in cells.items() if cell != "–"}
