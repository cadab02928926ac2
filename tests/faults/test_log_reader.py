"""Whoever reads the log stops reading: requests and the stop of the server wait for nobody (spec 9)."""

from __future__ import annotations

import asyncio
import fcntl
import os
from pathlib import Path
from typing import Any, Final

import pytest

from tests.faults.outages import in_time
from tests.support.answers import assert_ok
from tests.support.callers import Caller
from tests.support.databases import Database
from tests.support.servers import Servers, serving

AT_ONCE: Final = 50
ROUNDS: Final = 12
SMALLEST_PIPE_BYTES: Final = 4_096
PIECE_BYTES: Final = 65_536
KEPT_BACK_WITHIN_S: Final = 10


def read_all(reader: int) -> bytes:
    """What stands in the pipe now."""
    found = b""
    try:
        while piece := os.read(reader, PIECE_BYTES):
            found += piece
    except BlockingIOError:
        return found
    return found


@pytest.mark.slow
async def test_a_log_reader_that_stopped_holds_up_no_request_and_no_stop(
    anyio_backend: Any, database: Database, tmp_path: Path
) -> None:
    pipe = tmp_path / f"{database.name}-0.log"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    fcntl.fcntl(reader, fcntl.F_SETPIPE_SZ, SMALLEST_PIPE_BYTES)
    try:
        with serving(database, tmp_path, processes=1) as servers:
            await serve_unread(servers, reader)
            assert await asyncio.to_thread(servers.processes[0].stop) == 0
    finally:
        os.close(reader)


async def serve_unread(servers: Servers, reader: int) -> None:
    """Have more logged than fits into the pipe; then read again; then have it filled once more."""
    visitor = servers.people.visitor()
    try:
        await ask_often(visitor)
        await assert_kept_back(reader)
        await ask_often(visitor)
    finally:
        await servers.aclose()


async def ask_often(visitor: Caller) -> None:
    """Some hundreds of requests, each of which is answered in time, and logged."""
    for _ in range(ROUNDS):
        for answer in await asyncio.gather(*(in_time(visitor.get("/healthz")) for _ in range(AT_ONCE))):
            assert_ok(answer)


async def assert_kept_back(reader: int) -> None:
    """What did not fit into the pipe reaches a reader who reads again."""
    told = b""
    async with asyncio.timeout(KEPT_BACK_WITHIN_S):
        while len(told) <= 2 * SMALLEST_PIPE_BYTES:
            told += read_all(reader)
            await asyncio.sleep(0.01)
    assert b"service.health" in told
