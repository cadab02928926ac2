"""A disk that fills up while clients write: they are told, nothing acknowledged is lost, and room is all it needs."""

from __future__ import annotations

import asyncio
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from fleetprompt.errors import Outage
from tests.faults.diaries import Writers
from tests.support.databases import Run
from tests.support.instances import Instance, instance_in

DISK_MB = 256
PIECE = bytes(65_536)
NOTICED_WITHIN_S = 30
JOURNALS_KEPT_MAX = 32
KEPT_FULL_S = 1.0


@pytest.fixture
def small_disk(run: Run) -> Iterator[Path]:
    """A folder with a file system of its own, in memory, which only root may make."""
    folder = run.folder / "small-disk"
    folder.mkdir(mode=0o711)
    options = ("-t", "tmpfs", "-o", f"size={DISK_MB}m,mode=0711", "fleetprompt-tests", folder)
    done = subprocess.run(("mount", *options), capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"no small disk can be had here: {done.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(("umount", "--lazy", folder), check=True)


def fill(ballast: Path) -> None:
    """Write until nothing more fits."""
    with suppress(OSError), ballast.open("ab", buffering=0) as file:
        while True:
            file.write(PIECE)


def end_for_want_of_room(instance: Instance, ballast: Path) -> None:
    """Have PostgreSQL need new files for its write-ahead log until it ends, as it does where there is no room."""
    with instance.database.as_superuser() as connection:
        for _ in range(JOURNALS_KEPT_MAX):
            fill(ballast)
            connection.execute("select pg_logical_emit_message(true, 'test', 'something'), pg_switch_wal()")


@pytest.mark.slow
async def test_a_full_disk_is_unavailable_named_in_the_log_and_healed_by_room(small_disk: Path, run: Run) -> None:
    async with instance_in(small_disk / "data", run.folder / "logs") as instance:
        writers, ballast = await Writers.begin(instance), small_disk / "ballast"
        give_up_at = time.monotonic() + NOTICED_WITHIN_S
        while f'"reason":"{Outage.DISK_FULL.value}"' not in instance.server.log():
            fill(ballast)
            assert time.monotonic() < give_up_at, "the log does not say it"
            await asyncio.sleep(0.05)
        with pytest.raises(psycopg.OperationalError):
            end_for_want_of_room(instance, ballast)
        await asyncio.sleep(KEPT_FULL_S)
        ballast.unlink()
        await writers.assert_each_is_there_once()
