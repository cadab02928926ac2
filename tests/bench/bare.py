"""The bare handler: an ASGI function that sends recorded statements over a queue of psycopg connections, and no more.

`python -m tests.bench.bare DATABASE_URL RECORDED_FILE` serves on a free port and prints it.
"""

from __future__ import annotations

import asyncio
import pickle
import socket
import sys
from pathlib import Path
from typing import Any

import psycopg
import uvicorn

from tests.bench.recording import Batch

CONNECTIONS = 10


class Bare:
    """Answers /KIND/N with the statements recorded as the N-th of that kind."""

    def __init__(self, url: str, recorded: dict[str, list[list[Batch]]]) -> None:
        self._url = url
        self._recorded = recorded
        self._free: asyncio.Queue[psycopg.AsyncConnection[Any]] = asyncio.Queue()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
            return
        await receive()
        _, kind, place = scope["path"].split("/")
        connection = await self._free.get()
        for batch in self._recorded[kind][int(place)]:
            await self._exchange(connection, batch)
        self._free.put_nowait(connection)
        headers = [(b"content-type", b"application/json"), (b"content-length", b"2")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"{}"})

    @staticmethod
    async def _exchange(connection: psycopg.AsyncConnection[Any], batch: Batch) -> None:
        if len(batch) == 1:
            cursor = await connection.execute(batch[0].sql, batch[0].values or None, prepare=True)
            await cursor.fetchall()
            return
        async with connection.pipeline():
            for sent in batch:
                await connection.execute(sent.sql, sent.values or None, prepare=True)

    async def _lifespan(self, receive: Any, send: Any) -> None:
        await receive()
        for _ in range(CONNECTIONS):
            self._free.put_nowait(await psycopg.AsyncConnection.connect(self._url, autocommit=True))
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})


def main() -> None:
    """Serve until killed."""
    url, recorded = sys.argv[1], pickle.loads(Path(sys.argv[2]).read_bytes())
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    config = uvicorn.Config(Bare(url, recorded), http="httptools", loop="uvloop", log_config=None, access_log=False)
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
