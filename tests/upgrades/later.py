"""The version of fleetprompt after this one, as a command line: it knows one migration more."""

from __future__ import annotations

from pathlib import Path

from fleetprompt.__main__ import main
from fleetprompt.store import migrate

migrate.VERSIONS.append(Path(__file__).parent / "versions")

if __name__ == "__main__":
    main(prog_name="fleetprompt")
