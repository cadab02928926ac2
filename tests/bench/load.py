"""A load generator that costs little itself: ready-made requests over a few kept-alive connections."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence

CONNECTIONS = 16


def request(method: str, path: str, headers: dict[str, str] | None = None, body: bytes = b"") -> bytes:
    """The bytes of one request."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1:8000"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


async def drive(port: int, requests: Sequence[bytes]) -> float:
    """Send every request once, over all connections at once; requests per second. Fails on any answer but 200."""
    waiting = iter(requests)
    started = time.perf_counter()
    await asyncio.gather(*(_one_connection(port, waiting) for _ in range(CONNECTIONS)))
    return len(requests) / (time.perf_counter() - started)


async def _one_connection(port: int, waiting: Iterator[bytes]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for each in waiting:
        writer.write(each)
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length: ", 1)[1].split(b"\r\n", 1)[0])
        body = await reader.readexactly(length)
        if b" 200 " not in head.split(b"\r\n", 1)[0]:
            raise AssertionError((head + body)[:600])
    writer.close()
    await writer.wait_closed()
