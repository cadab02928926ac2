"""The command line, run to its end."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
ENDED_WITHIN_S: Final = 60


def fleetprompt(variables: Mapping[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `fleetprompt` with these arguments in this environment, and with none of ours that concerns it."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("FLEETPROMPT_")}
    return subprocess.run(
        (sys.executable, "-m", "fleetprompt", *arguments),
        cwd=ROOT,
        env={**inherited, **variables},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=ENDED_WITHIN_S,
        check=False,
    )
