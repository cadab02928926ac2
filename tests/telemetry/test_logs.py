"""The log pipeline, written to real pipes and read back."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import structlog

from fleetprompt.telemetry import Logging, get_logger, start_logging

log = get_logger("tests.logs")
TOKEN = "fpt_01h455vb4pex5vsknk084sn02q_" + "Ab-_" * 10 + "xyz"


class Reader:
    """The other end of the pipe that a pipeline writes to."""

    def __init__(self) -> None:
        self._read_fd, self.write_fd = os.pipe()
        self._chunks: list[bytes] = []
        self._thread = threading.Thread(target=self._read, daemon=True)

    def _read(self) -> None:
        while chunk := os.read(self._read_fd, 65_536):
            self._chunks.append(chunk)

    def start(self) -> None:
        self._thread.start()

    def finish(self) -> list[dict[str, Any]]:
        """Everything that was written, once the writer has stopped."""
        os.close(self.write_fd)
        self._thread.join(5)
        os.close(self._read_fd)
        return [json.loads(text) for text in b"".join(self._chunks).decode("ascii").splitlines()]


class Capture:
    """A running pipeline and, after it, its lines."""

    def __init__(self, pipeline: Logging) -> None:
        self.pipeline = pipeline
        self.lines: list[dict[str, Any]] = []

    @property
    def line(self) -> dict[str, Any]:
        assert len(self.lines) == 1
        return self.lines[0]


@contextmanager
def captured(level: str = "info", address_key: bytes | None = None) -> Iterator[Capture]:
    reader = Reader()
    reader.start()
    capture = Capture(start_logging(level, fd=reader.write_fd, address_key=address_key))
    try:
        yield capture
    finally:
        capture.pipeline.stop()
        structlog.contextvars.clear_contextvars()
        capture.lines = reader.finish()


def test_a_request_line_has_its_ids_operation_outcome_and_duration() -> None:
    with captured() as logs:
        logs.pipeline.request_finished(
            request_id="req_1",
            operation="listings.create",
            outcome="CONFLICT",
            duration_ms=12.34567,
            caller_id="usr_1",
            client_address="192.0.2.1",
            reason="stale_edit",
        )
    assert logs.line.pop("timestamp").endswith("+00:00")
    assert logs.line.pop("client_address") == logs.pipeline.hash_address("192.0.2.1")
    assert logs.line == {
        "level": "info",
        "event": "request",
        "request_id": "req_1",
        "operation": "listings.create",
        "outcome": "CONFLICT",
        "duration_ms": 12.346,
        "caller_id": "usr_1",
        "reason": "stale_edit",
    }


@pytest.mark.parametrize(("outcome", "level"), [("OK", "info"), ("UNAVAILABLE", "warning"), ("INTERNAL", "error")])
def test_the_level_of_a_request_follows_its_outcome(outcome: str, level: str) -> None:
    with captured() as logs:
        logs.pipeline.request_finished(request_id="r", operation="a.b", outcome=outcome, duration_ms=1)
    assert logs.line["level"] == level


def test_addresses_are_hashed_under_whatever_key_they_come() -> None:
    with captured() as logs:
        log.info("x", client="192.0.2.7", peer="192.0.2.7", **{"X-Forwarded-For": "192.0.2.7"})
    hashed = logs.pipeline.hash_address("192.0.2.7")
    assert logs.line["client"] == logs.line["peer"] == logs.line["X-Forwarded-For"] == hashed
    assert "192.0.2.7" not in json.dumps(logs.lines)


def test_hashes_of_addresses_agree_only_under_the_same_key() -> None:
    hashes = []
    for key in (b"one", b"one", b"two", None, None):
        with captured(address_key=key) as logs:
            hashes.append(logs.pipeline.hash_address("192.0.2.1"))
    assert hashes[0] == hashes[1]
    assert len(set(hashes)) == 4


@pytest.mark.parametrize("level", ["debug", "info", "warning", "error", "critical"])
def test_lines_below_the_level_are_not_written(level: str) -> None:
    levels = ["debug", "info", "warning", "error", "critical"]
    with captured(level) as logs:
        for name in levels:
            getattr(log, name)("through structlog")
            getattr(logging.getLogger("fleetprompt.x"), name)("through logging")
    expected = [name for name in levels[levels.index(level) :] for _ in range(2)]
    assert [entry["level"] for entry in logs.lines] == expected


def test_libraries_log_through_the_same_pipeline_and_never_below_info() -> None:
    with captured("debug") as logs:
        for name in ("uvicorn.error", "litestar", "psycopg.pool", "some.other"):
            logging.getLogger(name).debug("a body, perhaps")
            logging.getLogger(name).warning("refused %s", f"Bearer {TOKEN}")
    assert [entry["module"] for entry in logs.lines] == ["uvicorn.error", "litestar", "psycopg.pool", "some.other"]
    assert TOKEN not in json.dumps(logs.lines)


@pytest.mark.parametrize(("level", "shown"), [("debug", ["warning"]), ("error", [])])
def test_of_its_pool_the_driver_tells_only_what_it_warns_of(level: str, shown: list[str]) -> None:
    with captured(level) as logs:
        logging.getLogger("psycopg.pool").info("connection given by %r", "main")
        logging.getLogger("psycopg.pool").warning("error connecting in %r", "main")
    assert [entry["level"] for entry in logs.lines] == shown


def test_uvicorns_access_log_is_silent_and_its_own_handlers_are_replaced(capfd: pytest.CaptureFixture[str]) -> None:
    import uvicorn.config

    logging.config.dictConfig(uvicorn.config.LOGGING_CONFIG)
    with captured() as logs:
        logging.getLogger("uvicorn.access").info('%s - "GET /secret/path"', "192.0.2.1:999")
        logging.getLogger("uvicorn.error").info("started")
    assert [entry["event"] for entry in logs.lines] == ["started"]
    assert capfd.readouterr() == ("", "")


def test_what_is_bound_to_the_request_is_on_every_line_of_it() -> None:
    with captured() as logs:
        structlog.contextvars.bind_contextvars(request_id="req_9", operation="a.b")
        log.info("one")
        logging.getLogger("psycopg").warning("two")
    assert [entry["request_id"] for entry in logs.lines] == ["req_9", "req_9"]


def test_own_extra_fields_of_standard_logging_are_kept_and_redacted() -> None:
    with captured() as logs:
        logging.getLogger("fleetprompt.x").info("one", extra={"job": "retention", "session_cookie": "c"})
        logging.getLogger("uvicorn.error").info("two", extra={"color_message": "two"})
    assert logs.lines[0]["job"] == "retention"
    assert logs.lines[0]["session_cookie"] == "[redacted]"
    assert "color_message" not in logs.lines[1]


def test_s_sec_02_exceptions_are_logged_without_the_secrets_in_them() -> None:
    def fail() -> None:
        raise ValueError(f"bad {TOKEN} \x1b[31m\n\u202e")

    with captured() as logs:
        try:
            fail()
        except ValueError as error:
            log.exception("failed")
            log.warning("failed", exc_info=error)
            logging.getLogger("litestar").exception("failed")
    assert [entry["level"] for entry in logs.lines] == ["error", "warning", "error"]
    for entry in logs.lines:
        assert entry["exception"][0]["type"] == "ValueError"
        assert "test_logs.py" in entry["exception"][0]["frames"][-1]
        assert TOKEN[-20:] not in json.dumps(entry)


@pytest.mark.filterwarnings("default:old:UserWarning")
def test_unhandled_exceptions_of_threads_tasks_and_warnings_are_lines_too() -> None:
    def fail() -> None:
        raise ValueError(TOKEN)

    async def forget() -> None:
        asyncio.get_running_loop().call_exception_handler({"message": "lost", "exception": ValueError(TOKEN)})

    with captured() as logs:
        thread = threading.Thread(target=fail)
        thread.start()
        thread.join()
        asyncio.run(forget())
        warnings.warn("old", UserWarning, stacklevel=1)
        sys.excepthook(ValueError, ValueError(TOKEN), None)
    assert [entry["module"] for entry in logs.lines if "module" in entry] == ["asyncio", "py.warnings"]
    assert [entry["exception"][0]["type"] for entry in logs.lines if "exception" in entry] == ["ValueError"] * 3
    assert TOKEN not in json.dumps(logs.lines)


def test_logging_never_raises() -> None:
    class Hostile:
        def __str__(self) -> str:
            raise RuntimeError("no")

        __repr__ = __str__

    cyclic: dict[str, object] = {}
    cyclic["self"] = cyclic
    with captured() as logs:
        log.info("x", hostile=Hostile(), cyclic=cyclic, surrogate="\ud800", huge=10**5000, client=Hostile())
        logging.getLogger("psycopg").warning("%d %d", "x")
        logging.getLogger("psycopg").warning(Hostile())
        log.info("after")
    assert len(logs.lines) == 4
    assert logs.lines[-1]["event"] == "after"


def test_stopping_gives_logging_back_as_it_was() -> None:
    before = (logging.getLogger().handlers, logging.getLogger().level, sys.excepthook, threading.excepthook)
    with captured():
        assert logging.getLogger().handlers != before[0]
    assert (logging.getLogger().handlers, logging.getLogger().level, sys.excepthook, threading.excepthook) == before


def test_a_reader_that_stopped_reading_stalls_nobody_and_learns_what_it_missed() -> None:
    reader = Reader()
    pipeline = start_logging(fd=reader.write_fd, queue_lines_max=100)
    slowest_s = 0.0
    for number in range(3_000):
        started = time.perf_counter()
        log.info("line", number=number, padding="x" * 500)
        slowest_s = max(slowest_s, time.perf_counter() - started)
    assert slowest_s < 0.2
    dropped = pipeline.lines_dropped
    assert dropped > 2_000
    reader.start()
    pipeline.stop()
    lines = reader.finish()
    written = [entry["number"] for entry in lines if entry["event"] == "line"]
    assert written == sorted(written)
    told = [entry["count"] for entry in lines if entry["event"] == "log lines dropped"]
    assert sum(told) == dropped == 3_000 - len(written)


def test_a_reader_that_is_gone_stalls_and_raises_nothing() -> None:
    read_fd, write_fd = os.pipe()
    os.close(read_fd)
    pipeline = start_logging(fd=write_fd)
    for _ in range(100):
        log.info("to nobody")
    pipeline.stop()
    os.close(write_fd)
    assert pipeline.lines_dropped == 100


def test_a_pipe_that_does_not_block_loses_nothing() -> None:
    reader = Reader()
    os.set_blocking(reader.write_fd, False)
    pipeline = start_logging(fd=reader.write_fd)
    for number in range(2_000):
        log.info("line", number=number, padding="x" * 100)
    reader.start()
    pipeline.stop()
    assert [entry["number"] for entry in reader.finish()] == list(range(2_000))


def test_what_is_queued_is_written_at_exit_and_a_crash_leaves_one_redacted_line() -> None:
    program = f"""
from fleetprompt.telemetry import get_logger, start_logging
start_logging()
for number in range(500):
    get_logger("m").info("line", number=number)
raise RuntimeError({TOKEN!r})
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, timeout=30, check=False)
    lines = [json.loads(text) for text in done.stderr.decode("ascii").splitlines()]
    assert done.returncode == 1
    assert done.stdout == b""
    assert [entry["number"] for entry in lines[:-1]] == list(range(500))
    assert lines[-1]["event"] == "unhandled exception"
    assert TOKEN not in done.stderr.decode()
