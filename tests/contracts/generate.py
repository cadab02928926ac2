"""Writes what is generated and committed in `contracts/`: `make contracts`. The tests compare it with the code."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from fleetprompt.app import ROUTES
from fleetprompt.web.openapi import document, encode
from tests.contracts.documents import enum_list, error_list, operation_list, sql_files
from tests.contracts.permissions import permission_matrix

CONTRACTS: Final = Path(__file__).parents[2] / "contracts"


def generated() -> dict[str, bytes]:
    """Every generated file by its path below `contracts/`."""
    return {
        "openapi.json": encode(document(ROUTES)),
        "errors.json": error_list(),
        "enums.json": enum_list(),
        "operations.json": operation_list(),
        "permissions.md": permission_matrix(),
        **sql_files(),
    }


def left_over(files: dict[str, bytes]) -> list[Path]:
    """Files of SQL whose statement is gone."""
    return sorted(path for path in CONTRACTS.glob("sql/*") if f"sql/{path.name}" not in files)


def main() -> None:
    """Write every file that differs, and remove what nothing generates any more."""
    files = generated()
    for name, content in files.items():
        path = CONTRACTS / name
        if not path.exists() or path.read_bytes() != content:
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content)
            print(f"contracts/{name}")
    for path in left_over(files):
        path.unlink()
        print(f"contracts/sql/{path.name} is gone")


if __name__ == "__main__":
    main()
