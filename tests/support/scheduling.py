"""Which tests run in one worker when several share a run."""

from __future__ import annotations

from typing import Final

from xdist.scheduler import LoadFileScheduling

TOGETHER: Final = ("tests/races/", "tests/store/embedded/")
"""Folders whose modules share what is costly to set up."""


class Scheduling(LoadFileScheduling):  # type: ignore[misc]  # xdist has no types
    """A module's tests stay together, and so do those of the folders above."""

    def _split_scope(self, nodeid: str) -> str:
        file: str = super()._split_scope(nodeid)
        return next((folder for folder in TOGETHER if file.startswith(folder)), file)
