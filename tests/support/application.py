"""The application in this process: composed as in production, on a database, a clock and a log of the tests'."""

from __future__ import annotations

import json
import os
import secrets
import sys
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from fleetprompt import settings as production
from fleetprompt.app import Process, build_process
from fleetprompt.runtime.services import Services
from fleetprompt.telemetry import Logging, start_logging
from tests.support.callers import Line
from tests.support.clock import FakeClock
from tests.support.databases import Database
from tests.support.environment import environment
from tests.support.keys import key_ring
from tests.support.people import People
from tests.support.secrecy.places import keep_metrics

FLUSHED_WITHIN_S = 5


@dataclass
class Cost:
    """What a block of requests cost the database; filled when the block ends."""

    statements: int = 0
    round_trips: int = 0


class LogFile:
    """The log of the running applications, one JSON object a line, from `debug` up."""

    def __init__(self, log: Logging, path: Path) -> None:
        self.log = log
        self.path = path
        self._read: list[dict[str, Any]] = []
        self._read_bytes = 0

    def lines(self) -> list[dict[str, Any]]:
        """Everything logged so far; waits until the log's own thread has written it."""
        mark = f"mark {secrets.token_hex(8)}"
        self.log.write("info", {"event": mark})
        give_up_at = time.monotonic() + FLUSHED_WITHIN_S
        while mark not in (text := self._unread()):
            assert time.monotonic() < give_up_at, "the log was not written"
            time.sleep(0.002)
        whole = text[: text.rindex("\n") + 1]
        found = [json.loads(line) for line in whole.splitlines()]
        self._read += [line for line in found if not str(line["event"]).startswith("mark ")]
        self._read_bytes += len(whole.encode())
        return list(self._read)

    def _unread(self) -> str:
        with self.path.open("rb") as file:
            file.seek(self._read_bytes)
            return file.read().decode()

    def of_request(self, request_id: str) -> list[dict[str, Any]]:
        """The lines of one request, by its X-Request-Id."""
        return [line for line in self.lines() if request_id in json.dumps(line)]


@contextmanager
def logging_to(path: Path) -> Iterator[LogFile]:
    """Log to a file, as a server logs to standard error; the hooks that pytest reports exceptions with stay its own."""
    hooks = sys.excepthook, threading.excepthook, sys.unraisablehook
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    log = start_logging("debug", fd=descriptor)
    sys.excepthook, threading.excepthook, sys.unraisablehook = hooks
    try:
        yield LogFile(log, path)
    finally:
        log.stop()
        os.close(descriptor)


class App:
    """One application in this process. Its jobs do not run by themselves: tests run the operations they want."""

    def __init__(self, process: Process, database: Database, clock: FakeClock, log: LogFile) -> None:
        self.process = process
        self.database = database
        self.clock = clock
        self.log = log
        transport = httpx.ASGITransport(process.application)
        self.line = Line(transport, str(process.services.settings.public_url))
        self.people = People(self.line, database, clock)

    @property
    def services(self) -> Services:
        """What its operations run on."""
        return self.process.services

    @contextmanager
    def counting(self) -> Iterator[Cost]:
        """Count the statements and round trips of a block; authenticating a caller is one of each."""
        db, cost = self.services.db, Cost()
        statements, round_trips = db.statements_sent, db.round_trips
        yield cost
        cost.statements, cost.round_trips = db.statements_sent - statements, db.round_trips - round_trips


@asynccontextmanager
async def running(
    database: Database, clock: FakeClock, log: LogFile, data_dir: Path, **settings: str
) -> AsyncIterator[App]:
    """An application on `database`. data_dir: the run's folder, which keeps what its metrics showed.

    settings: by their names without the prefix, `RATE_LIMITS="default"`.
    """
    loaded = production.load(environment(database, data_dir, **settings))
    process = build_process(loaded, clock, loaded.master_keys or key_ring(), database.serving_url, log.log, jobs=False)
    await process.services.open()
    try:
        yield App(process, database, clock, log)
    finally:
        keep_metrics(process.services.metrics, data_dir)
        await process.services.close()
        await process.limiter.close()
