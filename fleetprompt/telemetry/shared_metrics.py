"""The metrics of a server's processes as one: each keeps its numbers in files that any of them can add up (spec 9).

Files are named for a worker's place, not for its process: what a worker had counted stays when it dies, and the one
that takes its place counts on from there.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Final

import msgspec
from prometheus_client import CollectorRegistry, values
from prometheus_client.core import Metric
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

FOLDER_VARIABLE: Final = "PROMETHEUS_MULTIPROC_DIR"
_PID: Final = ".pid"


class MetricsFolder(msgspec.Struct, frozen=True):
    """A private folder that the processes of one server share for as long as it runs."""

    path: Path

    def keep_metrics_of(self, place: str) -> None:
        """Keep what this process measures here, under its place. Call it before the first metric is made."""
        os.environ[FOLDER_VARIABLE] = str(self.path)
        values.ValueClass = values.MultiProcessValue(lambda: place)

    def enlist(self, place: str, pid: int) -> None:
        """Note who is at a place now, so that its memory and processor time are told."""
        (self.path / f"{place}{_PID}").write_text(str(pid))

    def strike(self, place: str) -> None:
        """Note that nobody is at a place: its gauges go, its counters stay."""
        (self.path / f"{place}{_PID}").unlink(missing_ok=True)
        mark_process_dead(place, str(self.path))

    def running(self) -> Iterator[tuple[str, int]]:
        """Each place with the process that is there."""
        for file in sorted(self.path.glob(f"*{_PID}")):
            try:
                yield file.stem, int(file.read_text())
            except (OSError, ValueError):  # struck off, or written, at this moment
                continue

    def registry(self) -> CollectorRegistry:
        """What all processes have measured, added up."""
        registry = CollectorRegistry()
        MultiProcessCollector(registry, str(self.path))
        registry.register(_Processes(self))
        return registry


class _Processes(Collector):
    """Memory, processor time and files of each process, by its place."""

    def __init__(self, folder: MetricsFolder) -> None:
        self._folder = folder

    def collect(self) -> Iterator[Metric]:
        families: dict[str, Metric] = {}
        for place, pid in self._folder.running():
            for measured in ProcessCollector(pid=partial(str, pid), registry=None).collect():
                named = (measured.name, measured.documentation, measured.type)
                family = families.setdefault(measured.name, Metric(*named))
                for sample in measured.samples:
                    family.add_sample(sample.name, {"worker": place}, sample.value)
        yield from families.values()
