"""A cable to the database that can be cut at the one instant that matters: between a COMMIT and its acknowledgement."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Final

from sqlalchemy.engine import URL

from tests.support.databases import Database

COMMITTED: Final = b"COMMIT\x00"
SOCKET: Final = ".s.PGSQL.5432"
PIECE_BYTES_MAX: Final = 65_536


class Cable:
    """Carries bytes between an application and its database."""

    def __init__(self, far_end: URL) -> None:
        self._far_end = far_end
        self._is_armed = False
        self.cuts = 0

    def cut_after_next_commit(self) -> None:
        """Lose the acknowledgement of the next COMMIT, and the connection with it. The COMMIT itself has happened."""
        self._is_armed = True

    async def carry(self, near_in: asyncio.StreamReader, near_out: asyncio.StreamWriter) -> None:
        """Carry one connection until either end closes it, or until it is cut."""
        far_in, far_out = await self._reach()
        pumps = [asyncio.create_task(each) for each in (self._onward(near_in, far_out), self._back(far_in, near_out))]
        await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        for writer in (near_out, far_out):
            writer.close()
        await asyncio.gather(*pumps, return_exceptions=True)

    async def _reach(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        folder = self._far_end.query.get("host")
        if isinstance(folder, str) and folder.startswith("/"):
            return await asyncio.open_unix_connection(f"{folder}/{SOCKET}")
        return await asyncio.open_connection(self._far_end.host, self._far_end.port or 5432)

    @staticmethod
    async def _onward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while piece := await reader.read(PIECE_BYTES_MAX):
                writer.write(piece)
                await writer.drain()

    async def _back(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while piece := await reader.read(PIECE_BYTES_MAX):
                if self._is_armed and COMMITTED in piece:
                    self._is_armed = False
                    self.cuts += 1
                    return
                writer.write(piece)
                await writer.drain()


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
