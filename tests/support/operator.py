"""Somebody at the command line of a server."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import msgspec

from tests.support.databases import Database
from tests.support.environment import environment

ROOT: Final = Path(__file__).parents[2]


class Operator:
    """Runs `fleetprompt` commands with one environment. typed: what standard input holds."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("FLEETPROMPT_")}
        self.variables = {**inherited, **variables}

    @classmethod
    def of(cls, database: Database, data_dir: Path, **settings: str | None) -> Operator:
        """The operator of a database; `settings` by their names without the prefix."""
        return cls(environment(database, data_dir, **settings))

    def command(self, *arguments: str) -> list[str]:
        """The command line."""
        return [sys.executable, "-m", "fleetprompt", *arguments]

    def run(self, *arguments: str, typed: str = "", within_s: float = 120) -> subprocess.CompletedProcess[str]:
        """Run a command to its end, whatever its exit code."""
        return subprocess.run(
            self.command(*arguments),
            cwd=ROOT,
            env=self.variables,
            input=typed,
            capture_output=True,
            text=True,
            timeout=within_s,
            check=False,
        )

    def answer(self, *arguments: str, typed: str = "") -> Any:
        """What a command that must succeed prints with `--json`."""
        done = self.run(*arguments, "--json", typed=typed)
        assert done.returncode == 0, done.stderr
        return msgspec.json.decode(done.stdout)
