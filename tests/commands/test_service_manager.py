"""A service manager is told that a process serves, that its loop turns, and that it stops (spec 9)."""

from __future__ import annotations

import asyncio
import os
import socket
import time
from typing import Final

import pytest

from fleetprompt.commands.service_manager import ALIVE, READY, SIGNS_WITHIN_PATIENCE, STOPPING, ServiceManager
from tests.support.application import LogFile
from tests.support.service_manager import listening

PATIENCE_S: Final = 0.6


def _stand_still(seconds: float) -> None:
    time.sleep(seconds)


async def test_a_loop_that_stands_still_tells_nothing_and_goes_on_when_it_turns() -> None:
    with listening() as told:
        manager = ServiceManager(told.address, patience_s=PATIENCE_S)
        async with manager.told_alive():
            began = time.monotonic()
            await asyncio.sleep(PATIENCE_S)
            told_most = 1 + SIGNS_WITHIN_PATIENCE * (time.monotonic() - began) / PATIENCE_S
            assert 2 <= len(told.all()) <= told_most
            told.all()
            _stand_still(2 * PATIENCE_S)
            assert told.all() == []
            await asyncio.sleep(PATIENCE_S / 2)
            assert set(told.all()) == {ALIVE}
        await asyncio.sleep(PATIENCE_S / 2)
        assert told.all() == []


@pytest.mark.parametrize(
    ("variables", "is_told", "is_told_alive"),
    [
        ({}, False, False),
        ({"NOTIFY_SOCKET": "{}"}, True, False),
        ({"NOTIFY_SOCKET": "{}", "WATCHDOG_USEC": "900000000"}, True, True),
        ({"NOTIFY_SOCKET": "{}", "WATCHDOG_USEC": "900000000", "WATCHDOG_PID": str(os.getpid())}, True, True),
        ({"NOTIFY_SOCKET": "{}", "WATCHDOG_USEC": "900000000", "WATCHDOG_PID": "1"}, True, False),
        ({"NOTIFY_SOCKET": "{}", "WATCHDOG_USEC": "soon"}, True, False),
        ({"WATCHDOG_USEC": "900000000"}, False, False),
        ({"NOTIFY_SOCKET": "vsock:2:1", "WATCHDOG_USEC": "900000000"}, False, False),
    ],
)
async def test_what_the_environment_says_is_followed_and_taken_out_of_it(
    variables: dict[str, str], is_told: bool, is_told_alive: bool
) -> None:
    with listening() as told:
        given = {name: value.format(told.address) for name, value in variables.items()} | {"HOME": "/"}
        manager = ServiceManager.of(given)
        assert given == {"HOME": "/"}, "no child speaks for us"
        manager.ready()
        async with manager.told_alive():
            await asyncio.sleep(0.05)
        manager.stopping()
        assert told.all() == [READY] * is_told + [ALIVE] * is_told_alive + [STOPPING] * is_told


def test_an_address_may_be_without_a_file() -> None:
    name = f"fleetprompt-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.bind(f"\0{name}")
        ServiceManager.of({"NOTIFY_SOCKET": f"@{name}"}).ready()
        line.setblocking(False)
        assert line.recv(100).decode() == READY


async def test_one_who_listens_no_longer_or_does_not_read_holds_nothing_up(log: LogFile) -> None:
    with listening() as told:
        manager = ServiceManager(told.address)
        began = time.monotonic()
        for _ in range(2_000):
            manager.ready()
        assert set(told.all()) == {READY}
    manager.stopping()
    assert time.monotonic() - began < 10
    said = [line for line in log.lines() if line["event"] == "the service manager could not be told"]
    assert said[-1]["problem"] == "No such file or directory"
