"""A process that can reach nobody new, and what it tried."""

from __future__ import annotations

import os
import resource
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_REACHING_OUT = frozenset({"socket.__new__", "socket.connect", "socket.getaddrinfo", "subprocess.Popen"})
_listening: list[list[str]] = []


def _note(event: str, _: object) -> None:
    if event in _REACHING_OUT:
        for attempts in _listening:
            attempts.append(event)


sys.addaudithook(_note)  # for good: a hook cannot be taken away


@contextmanager
def nobody_reached() -> Iterator[list[str]]:
    """Let nothing be opened, by whatever library: no connection, no file, no process; what is open stays open.

    Yields what the interpreter was nevertheless asked for, as the names of its audit events.
    """
    (soft, hard), lowest_free = resource.getrlimit(resource.RLIMIT_NOFILE), os.dup(0)
    os.close(lowest_free)
    resource.setrlimit(resource.RLIMIT_NOFILE, (lowest_free, hard))
    attempts: list[str] = []
    _listening.append(attempts)
    try:
        yield attempts
    finally:
        _listening.remove(attempts)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
