"""Writes what is generated and committed in `contracts/`: `make contracts`. The tests compare it with the code."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from fleetprompt.__main__ import load_all
from fleetprompt.app import ROUTES
from fleetprompt.web.openapi import document, encode
from tests.contracts.documents import enum_list, error_list, operation_list, sql_files
from tests.contracts.isolation import isolation
from tests.contracts.permissions import permission_matrix

load_all()  # every entrance registers its operations

CONTRACTS: Final = Path(__file__).parents[2] / "contracts"


def generated() -> dict[str, bytes]:
    """Every generated file by its path below `contracts/`."""
    return {
        "openapi.json": encode(document(ROUTES)),
        "errors.json": error_list(),
        "enums.json": enum_list(),
        "operations.json": operation_list(),
        "permissions.md": permission_matrix(),
        "isolation.md": isolation(),
        **sql_files(),
    }


def stale(files: dict[str, bytes]) -> list[Path]:
    """The files that are not as generated, or whose statement is gone."""
    committed = {str(path.relative_to(CONTRACTS)): path.read_bytes() for path in CONTRACTS.glob("sql/*")}
    committed |= {name: (CONTRACTS / name).read_bytes() for name in files if (CONTRACTS / name).exists()}
    return [CONTRACTS / name for name in sorted({*files, *committed}) if files.get(name) != committed.get(name)]


def main() -> int:
    """Write every file that differs, and remove what nothing generates any more; `--check` only names them."""
    files, is_check = generated(), "--check" in sys.argv[1:]
    found = stale(files)
    for path in found:
        name = str(path.relative_to(CONTRACTS))
        print(f"contracts/{name}")
        if is_check:
            continue
        if name in files:
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(files[name])
        else:
            path.unlink()
    return 1 if is_check and found else 0


if __name__ == "__main__":
    sys.exit(main())
