"""What commands write for people."""

from __future__ import annotations

import sys
from typing import Final

from rich.console import Console

_PIPE_COLUMNS: Final = 10_000


def for_people() -> Console:
    """Standard output: a terminal's lines end where it does, those of a pipe or a file where the sentence does."""
    return Console(highlight=False, width=None if sys.stdout.isatty() else _PIPE_COLUMNS)
