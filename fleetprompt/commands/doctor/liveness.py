"""The processes of this machine: each that runs is heard of, or it hangs (spec 9)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from fleetprompt.commands.doctor.report import Finding, Theme
from fleetprompt.runtime.processes import SILENT_MS, LiveProcess, SilentProcess

NAME: Final = "Processes"
OURS: Final = b"fleetprompt"


def look(host: str, living: Sequence[LiveProcess], silent: Sequence[SilentProcess]) -> Theme:
    """Whether a process runs on this host that nobody hears of. living: those that are heard of, on any machine.

    A number that is heard of again belongs to a later process: a container's first has the same one each time.
    """
    heard = {process.pid for process in living if process.host == host and process.seen_ms_ago < SILENT_MS}
    hanging = {process.pid: _hangs(process) for process in silent if process.pid not in heard and _runs(process.pid)}
    return Theme(NAME, f"{len(living)} heard of lately", tuple(hanging.values()))


def _hangs(process: SilentProcess) -> Finding:
    return Finding(
        f"{process.role} (process {process.pid}) runs, and was last heard of {process.seen_ms_ago // 1000} s ago: its "
        "event loop hangs, or it cannot reach the database.",
        f"Its log says which, and where it hangs. Restart it; where it does not stop: kill -9 {process.pid}",
    )


def _runs(pid: int) -> bool:
    """Whether the process is still there; another program may have been given its number since."""
    try:
        return OURS in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False
