"""Keeping the embedded database up for as long as a server uses it (spec 9: it recovers by itself)."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from fleetprompt.store.embedded import EmbeddedDatabase, EmbeddedError
from fleetprompt.telemetry import get_logger

LOOK_EVERY_S: Final = 0.5

logger = get_logger(__name__)


@contextmanager
def kept_running(embedded: EmbeddedDatabase | None) -> Iterator[None]:
    """While the block runs, start the embedded database again whenever it has died; nothing to do for another one."""
    if embedded is None:
        yield
        return
    over = threading.Event()
    watcher = threading.Thread(target=_watch, args=(embedded, over), name="embedded-database", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()


def _watch(embedded: EmbeddedDatabase, over: threading.Event) -> None:
    while not over.wait(LOOK_EVERY_S):
        try:
            embedded.ensure_running()
        except EmbeddedError as error:
            logger.warning("the embedded database does not start", problem=str(error))
