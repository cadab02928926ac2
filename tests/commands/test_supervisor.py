"""The supervisor with real processes that behave, die, hang and resist (spec 7 --workers)."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable
from itertools import pairwise
from pathlib import Path
from typing import Final

import pytest

from fleetprompt.commands.supervisor import Launch, Patience, Supervisor
from fleetprompt.telemetry import Metrics, MetricsFolder
from tests.support.application import LogFile
from tests.support.metrics import value_of

SOURCE: Final = """
import faulthandler, os, signal, socket, sys, time

line, journal, place, conduct = socket.socket(fileno=int(sys.argv[1])), sys.argv[2], sys.argv[3], sys.argv[4]


def note(event):
    with open(journal, "a") as file:
        file.write(f"{place} {event} {time.monotonic()}\\n")


def stop(*_):
    note("told to stop")
    if conduct != "resist":
        time.sleep(0.2)
        note("stopped")
        sys.exit(0)


def stuck_here():
    time.sleep(100)


signal.signal(signal.SIGTERM, stop)
faulthandler.register(signal.SIGUSR1, line.fileno(), all_threads=False)
note("started")
if conduct == "never start":
    sys.exit(1)
while True:
    line.send(b".")
    if conduct == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if conduct == "hang":
        stuck_here()
    time.sleep(0.02)
"""
QUICK: Final = Patience(start_s=10.0, silence_s=1.0, drain_s=1.0, pause_s_min=0.05, pause_s_max=0.2, sound_s=60.0)


class Stage:
    """A supervisor over workers whose conduct a test decides, by place and by how often one was started there."""

    def __init__(self, folder: Path, conduct: Callable[[int, int], str], places: int = 2) -> None:
        self._source = folder / "worker.py"
        self._source.write_text(SOURCE)
        self._journal = folder / "journal"
        self._journal.touch()
        self._conduct = conduct
        self._starts = [0] * places
        self.metrics = Metrics()
        launch = Launch(self._command, ())
        self.supervisor = Supervisor(launch, places, MetricsFolder(folder), self.metrics, patience=QUICK)

    def _command(self, place: int, line: int) -> tuple[str, ...]:
        conduct = self._conduct(place, self._starts[place])
        self._starts[place] += 1
        if conduct == "missing":
            return (str(self._source.with_name("no such program")),)
        return (sys.executable, "-S", str(self._source), str(line), str(self._journal), str(place), conduct)

    def journal(self) -> list[tuple[int, str, float]]:
        """What the workers did and when: place, event, time."""
        lines = [line.split(" ") for line in self._journal.read_text().splitlines()]
        return [(int(place), " ".join(event), float(at)) for place, *event, at in lines]

    def count(self, event: str, place: int | None = None) -> int:
        """How often that happened, at this place or anywhere."""
        return sum(what == event and place in (None, where) for where, what, _ in self.journal())

    async def run_until(self, condition: Callable[[], bool], then: Callable[[], Awaitable[None]]) -> bool:
        """Run until the condition holds, do what follows, and tell the supervisor to stop; what it answered."""
        running = asyncio.create_task(self.supervisor.run())
        give_up_at = time.monotonic() + 20
        while not condition() and not running.done():
            assert time.monotonic() < give_up_at, self.journal()
            await asyncio.sleep(0.02)
        await then()
        if not running.done():
            os.kill(os.getpid(), signal.SIGTERM)
        return await running


async def nothing() -> None:
    """Nothing more before the stop."""
    await asyncio.sleep(0.2)


async def test_workers_are_drained_one_after_another(tmp_path: Path) -> None:
    stage = Stage(tmp_path, lambda place, starts: "serve", places=3)
    assert await stage.run_until(lambda: stage.count("started") == 3, nothing)
    stops = [(place, event) for place, event, _ in stage.journal() if event != "started"]
    assert stops == [(place, event) for place in range(3) for event in ("told to stop", "stopped")]


async def test_a_worker_that_dies_is_replaced_ever_more_slowly_and_the_others_stay(tmp_path: Path) -> None:
    stage = Stage(tmp_path, lambda place, starts: "die" if place == 1 and starts < 4 else "serve")
    assert await stage.run_until(lambda: stage.count("started", place=1) == 5, nothing)
    assert stage.count("started", place=0) == 1
    starts = [at for place, event, at in stage.journal() if place == 1 and event == "started"]
    pauses = [later - earlier for earlier, later in pairwise(starts)]
    assert [pause > expected for pause, expected in zip(pauses, (0.05, 0.1, 0.2, 0.2), strict=True)] == [True] * 4
    assert value_of(stage.metrics, "fleetprompt_worker_ends_total", cause="killed") == 4


async def test_a_process_that_cannot_be_had_is_tried_again(tmp_path: Path, log: LogFile) -> None:
    conduct = ("die", "missing", "missing", "serve")
    stage = Stage(tmp_path, lambda place, starts: conduct[min(starts, 3)] if place == 1 else "serve")
    assert await stage.run_until(lambda: stage.count("started", place=1) == 2, nothing)
    assert stage.count("started", place=0) == 1
    refused = [line for line in log.lines() if line["event"] == "worker cannot be started"]
    assert [line["place"] for line in refused] == [1, 1]


async def test_a_worker_that_hangs_is_replaced_and_the_log_says_where_it_hung(tmp_path: Path, log: LogFile) -> None:
    stage = Stage(tmp_path, lambda place, starts: "hang" if place == 0 and starts == 0 else "serve")
    assert await stage.run_until(lambda: stage.count("started", place=0) == 2, nothing)
    assert value_of(stage.metrics, "fleetprompt_worker_ends_total", cause="hung") == 1
    (hung,) = [line for line in log.lines() if "hangs" in str(line["event"])]
    assert hung["level"] == "error"
    assert "stuck_here" in str(hung["stack"])


async def test_a_worker_that_is_frozen_is_replaced_too(tmp_path: Path) -> None:
    stage = Stage(tmp_path, lambda place, starts: "serve")

    async def freeze() -> None:
        os.kill(int((tmp_path / "1.pid").read_text()), signal.SIGSTOP)
        while stage.count("started", place=1) < 2:
            await asyncio.sleep(0.02)

    assert await stage.run_until(lambda: (tmp_path / "1.pid").exists() and stage.count("started") == 2, freeze)
    assert value_of(stage.metrics, "fleetprompt_worker_ends_total", cause="hung") == 1


async def test_a_worker_that_does_not_stop_is_killed_when_its_time_is_over(tmp_path: Path) -> None:
    stage = Stage(tmp_path, lambda place, starts: "resist" if place == 0 else "serve")
    assert await stage.run_until(lambda: stage.count("started") == 2, nothing)
    told = {place: at for place, event, at in stage.journal() if event == "told to stop"}
    assert told[1] - told[0] > QUICK.drain_s / 2, "not before the first had its time"
    assert stage.count("stopped", place=1) == 1


async def test_a_second_signal_stops_at_once(tmp_path: Path) -> None:
    stage = Stage(tmp_path, lambda place, starts: "resist")

    async def first_signal() -> None:
        await asyncio.sleep(0.2)
        os.kill(os.getpid(), signal.SIGINT)
        while not stage.count("told to stop"):
            await asyncio.sleep(0.02)

    started = time.monotonic()
    assert await stage.run_until(lambda: stage.count("started") == 2, first_signal)
    (told,) = [at for _, event, at in stage.journal() if event == "told to stop"]
    assert told > started
    assert time.monotonic() - told < QUICK.drain_s


async def test_where_no_worker_can_start_the_server_ends_and_says_so(tmp_path: Path, log: LogFile) -> None:
    stage = Stage(tmp_path, lambda place, starts: "never start")
    assert not await stage.run_until(lambda: False, nothing)
    assert any(line["event"] == "no worker can start" for line in log.lines())


def test_pauses_double_up_to_a_bound_and_are_over_for_a_sound_worker() -> None:
    patience = Patience()
    pauses = [0.0]
    for _ in range(9):
        pauses.append(patience.pause_s(1.0, pauses[-1]))
    assert pauses == [0.0, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0, 30.0]
    assert patience.pause_s(60.0, 30.0) == pytest.approx(0.0)
