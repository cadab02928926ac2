"""A cable to the database that can be cut at the one instant that matters: between a COMMIT and its acknowledgement."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Final

from sqlalchemy.engine import URL

from tests.support.databases import Database

COMMITTED: Final = b"COMMIT\x00"
BOUND: Final = b"2\x00\x00\x00\x04"
"""The first answer to each statement that is carried out (BindComplete)."""
SOCKET: Final = ".s.PGSQL.5432"
PIECE_BYTES_MAX: Final = 65_536


class Cable:
    """Carries bytes between applications and their database."""

    def __init__(self, far_end: URL) -> None:
        self._far_end = far_end
        self._passing: int | None = None
        self._then: Callable[[], object] = int
        self._carried: set[asyncio.StreamWriter] = set()
        self.was_cut = asyncio.Event()
        self.cuts = 0

    def cut_after_next_commit(self, *, passing: int = 0, then: Callable[[], object] = int) -> None:
        """Lose the acknowledgement of the next COMMIT, and the connection with it. The COMMIT itself has happened.

        passing: how many more are acknowledged before. then: what else happens at that very instant.
        """
        self._passing, self._then = passing, then
        self.was_cut.clear()

    def go_silent(self) -> int:
        """Carry nothing more over the connections that there are, and leave them open; how many that were."""
        silenced = len(self._carried)
        self._carried.clear()
        return silenced

    async def carry(self, near_in: asyncio.StreamReader, near_out: asyncio.StreamWriter) -> None:
        """Carry one connection until either end closes it, or until it is cut."""
        with suppress(OSError):
            far_in, far_out = await self._reach()
            self._carried.add(near_out)
            pumps = [
                asyncio.create_task(each)
                for each in (self._onward(near_in, far_out, near_out), self._back(far_in, near_out))
            ]
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
            far_out.close()
            near_out.close()
            await asyncio.gather(*pumps, return_exceptions=True)
        self._carried.discard(near_out)
        near_out.close()

    async def _reach(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        folder = self._far_end.query.get("host")
        if isinstance(folder, str) and folder.startswith("/"):
            return await asyncio.open_unix_connection(f"{folder}/{SOCKET}")
        return await asyncio.open_connection(self._far_end.host, self._far_end.port or 5432)

    async def _onward(
        self, near_in: asyncio.StreamReader, far_out: asyncio.StreamWriter, near_out: asyncio.StreamWriter
    ) -> None:
        with suppress(OSError):
            while piece := await near_in.read(PIECE_BYTES_MAX):
                if near_out in self._carried:
                    far_out.write(piece)
                    await far_out.drain()

    async def _back(self, far_in: asyncio.StreamReader, near_out: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while piece := await far_in.read(PIECE_BYTES_MAX):
                if near_out not in self._carried:
                    continue
                if _ends_writes(piece) and self._is_cut_here():
                    return
                near_out.write(piece)
                await near_out.drain()

    def _is_cut_here(self) -> bool:
        if self._passing is None:
            return False
        if self._passing:
            self._passing -= 1
            return False
        self._passing = None
        self.cuts += 1
        self._then()
        self.was_cut.set()
        return True


def _ends_writes(piece: bytes) -> bool:
    """Whether these are the answers to writes and their COMMIT; one that ends what was only read travels alone."""
    return COMMITTED in piece and piece.count(BOUND) > 1


@asynccontextmanager
async def cable_to(database: Database, folder: Path) -> AsyncIterator[tuple[Cable, Database]]:
    """A cable, and the same database as it is reached through it by the role that serves.

    folder: an empty one, for its socket.
    """
    far_end = database.cluster.serving
    cable = Cable(far_end)
    server = await asyncio.start_unix_server(cable.carry, folder / SOCKET)
    query = {"host": str(folder)}
    near_end = far_end.set(host=None, port=None).set(query=query)
    try:
        yield cable, replace(database, cluster=replace(database.cluster, serving=near_end))
    finally:
        server.close()
