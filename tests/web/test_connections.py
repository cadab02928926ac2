"""What comes over a real connection, byte for byte: bounded in size and time, and answered in the envelope."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Final

import httpx
import pytest
import uvicorn

from fleetprompt.web import connections
from fleetprompt.web.connections import HEAD_BYTES_MAX, Connection
from tests.support.answers import assert_error, assert_ok
from tests.support.application import App
from tests.support.contents import unchanged
from tests.support.databases import Database

HOST: Final = b"Host: 127.0.0.1:8000\r\n"
GET: Final = b"GET /healthz HTTP/1.1\r\n" + HOST
LAST_GET: Final = GET + b"Connection: close\r\n\r\n"
BODY: Final = b'{"email":"ada@example.org","password":"twelve letters","displayName":"Ada"}'
POST: Final = b"POST /v1/auth/register HTTP/1.1\r\n" + HOST + b"Content-Type: application/json\r\n"
LENGTH: Final = f"Content-Length: {len(BODY)}\r\n".encode()
CHUNKED: Final = b"Transfer-Encoding: chunked\r\n"
CHUNKS: Final = f"{len(BODY):x}\r\n".encode() + BODY + b"\r\n0\r\n\r\n"
SOON_S: Final = 0.15


class _Server(uvicorn.Server):
    """Leaves the test's signals alone."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class Wire:
    """The application behind the connections that production has."""

    def __init__(self, address: tuple[str, int], server: uvicorn.Server) -> None:
        self.address = address
        self._server = server

    @asynccontextmanager
    async def open(self) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        """A connection to it."""
        reader, writer = await asyncio.open_connection(*self.address)
        try:
            yield reader, writer
        finally:
            writer.close()

    async def said(self, *pieces: bytes) -> bytes:
        """All that the server says to some bytes until it closes the connection."""
        async with self.open() as (reader, writer):
            writer.write(b"".join(pieces))
            async with asyncio.timeout(5):
                return await reader.read()

    async def until_left(self) -> None:
        """Return when the server has taken a connection and left it."""
        connections = self._server.server_state.connections
        async with asyncio.timeout(10):
            for is_waited_for in (False, True):
                while bool(connections) is is_waited_for:
                    await asyncio.sleep(0.001)


def answers_in(said: bytes) -> list[httpx.Response]:
    """The responses in what a server said."""
    found: list[httpx.Response] = []
    while said:
        head, _, said = said.partition(b"\r\n\r\n")
        status, *lines = head.split(b"\r\n")
        headers = [(name, value) for name, _, value in (line.partition(b": ") for line in lines)]
        length = next((int(value) for name, value in headers if name.lower() == b"content-length"), 0)
        found.append(httpx.Response(int(status.split(b" ")[1]), headers=headers, content=said[:length]))
        said = said[length:]
    return found


@pytest.fixture(scope="module")
async def wire(app: App) -> AsyncIterator[Wire]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        config = uvicorn.Config(
            app.process.application, http=Connection, ws="none", lifespan="off", log_config=None, server_header=False
        )
        server = _Server(config)
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        yield Wire(listener.getsockname(), server)
        server.should_exit = True
        await serving


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever takes longer than a moment is too slow."""
    monkeypatch.setattr(connections, "ARRIVAL_S_MAX", SOON_S)
    monkeypatch.setattr(connections, "ANSWER_S_MAX", SOON_S)


UNREADABLE: Final = {
    "no HTTP": b"hello\r\n\r\n",
    "another protocol": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "an unknown version": b"GET /healthz HTTP/9.9\r\n" + HOST + b"\r\n",
    "an unknown method": b"BREW /healthz HTTP/1.1\r\n" + HOST + b"\r\n",
    "an authority for a path": b"CONNECT x.example:443 HTTP/1.1\r\n" + HOST + b"\r\n",
    "a path that is no ASCII": b"GET /\xff HTTP/1.1\r\n" + HOST + b"\r\n",
    "line ends without carriage returns": GET.replace(b"\r\n", b"\n") + b"\n",
    "a folded header": GET + b"X-A: a\r\n b\r\n\r\n",
    "a carriage return in a header": GET + b"X-A: a\rb\r\n\r\n",
    "NUL in a header": GET + b"X-A: a\0b\r\n\r\n",
    "a space before the colon": POST + b"Content-Length : 3\r\n\r\n{}",
    "a length and chunks": POST + LENGTH + CHUNKED + b"\r\n" + CHUNKS,
    "chunks and a length": POST + CHUNKED + LENGTH + b"\r\n" + CHUNKS,
    "two lengths": POST + LENGTH + b"Content-Length: 2\r\n\r\n" + BODY,
    "the same length twice": POST + LENGTH + LENGTH + b"\r\n" + BODY,
    "a list of lengths": POST + b"Content-Length: 2, 2\r\n\r\n{}",
    "a length with a sign": POST + b"Content-Length: +2\r\n\r\n{}",
    "a negative length": POST + b"Content-Length: -2\r\n\r\n{}",
    "a huge length": POST + b"Content-Length: 99999999999999999999\r\n\r\n{}",
    "an unknown transfer coding": POST + b"Transfer-Encoding: xchunked\r\n\r\n" + CHUNKS,
    "chunks that are not the last coding": POST + b"Transfer-Encoding: chunked, identity\r\n\r\n" + CHUNKS,
    "chunks behind a vertical tab": POST + b"Transfer-Encoding: \x0bchunked\r\n\r\n" + CHUNKS,
    "a chunk without a size": POST + CHUNKED + b"\r\nzz\r\n" + BODY + b"\r\n0\r\n\r\n",
    "a chunk of too many digits": POST + CHUNKED + b"\r\nFFFFFFFFFFFFFFFFF\r\n" + BODY + b"\r\n0\r\n\r\n",
    "a chunk longer than its size": POST + CHUNKED + b"\r\n2\r\n" + BODY + b"\r\n0\r\n\r\n",
}


@pytest.mark.parametrize("what", UNREADABLE)
async def test_what_cannot_be_read_is_refused_once_and_ends_the_connection(
    what: str, wire: Wire, app: App, database: Database
) -> None:
    with unchanged(database):
        (refused,) = answers_in(await wire.said(UNREADABLE[what], LAST_GET))
    error = assert_error(refused, "VALIDATION_FAILED", fields=["request"])
    assert refused.headers["connection"] == "close"
    (line,) = app.log.of_request(error["requestId"])
    assert (line["operation"], line["outcome"]) == ("unmatched", "VALIDATION_FAILED")


async def test_hosts_are_given_once(wire: Wire) -> None:
    for hosts in (b"", HOST + HOST, HOST + b"host: x.example\r\n"):
        said = await wire.said(b"GET /healthz HTTP/1.1\r\n" + hosts + b"Connection: close\r\n\r\n")
        (refused,) = answers_in(said)
        assert_error(refused, "VALIDATION_FAILED", fields=["Host"])
    (answer,) = answers_in(await wire.said(b"GET /healthz HTTP/1.0\r\n\r\n"))
    assert_ok(answer)


async def _facets_at(wire: Wire, host: bytes) -> httpx.Response:
    said = await wire.said(b"GET /v1/public/facets HTTP/1.1\r\nHost: " + host + b"\r\nConnection: close\r\n\r\n")
    (answer,) = answers_in(said)
    return answer


@pytest.mark.parametrize(
    "host", [b"evil.example", b"EVIL.example:81", b"[::1]", b"[::1]:80", b"10.0.0.1:", b"x_y.z", b""]
)
async def test_nothing_depends_on_the_host(host: bytes, wire: Wire) -> None:
    answer = await _facets_at(wire, host)
    assert_ok(answer)
    assert host == b"" or host not in answer.content + repr(answer.headers).encode()


@pytest.mark.parametrize(
    "host", [b'"<script>', b"[::1", b"a:b:c", b":99999999", b"x.example:port", b"\xff", b"a b", b"@", b"a/b", b"a,b"]
)
async def test_a_host_that_is_none_is_refused(host: bytes, wire: Wire) -> None:
    assert_error(await _facets_at(wire, host), "VALIDATION_FAILED", fields=["Host"])


SPELLINGS: Final = (
    b"//v1/public/facets",
    b"/v1//public/facets",
    b"/v1/public/facets/",
    b"/v1/public/facets//",
    b"/v1%2Fpublic/facets",
    b"/v1%2fpublic/facets",
    b"/%761/public/facets",
    b"/v1/pub%6Cic/facets",
    b"/v1/./public/facets",
    b"/v1/nothing/../public/facets",
    b"/v1/nothing/%2e%2e/public/facets",
    b"/v1/public/facets;a=b",
    b"/v1/public/facets%00",
    b"/v1/public/facets%",
    b"/v1/public\\facets",
    b"/V1/public/facets",
    b"*",
)


@pytest.mark.parametrize("path", SPELLINGS)
async def test_a_path_has_one_spelling(path: bytes, wire: Wire) -> None:
    (refused,) = answers_in(await wire.said(LAST_GET.replace(b"/healthz", path)))
    assert_error(refused, "NOT_FOUND")


async def test_the_target_may_be_absolute(wire: Wire) -> None:
    (answer,) = answers_in(await wire.said(LAST_GET.replace(b"/healthz", b"http://x.example/v1/public/facets")))
    assert "kinds" in assert_ok(answer)


LARGE_HEADS: Final = {
    "one long header": [GET + b"X-A: " + b"a" * HEAD_BYTES_MAX + b"\r\n\r\n"],
    "many headers": [GET + b"".join(b"X-%d: a\r\n" % n for n in range(5_000)) + b"\r\n"],
    "one header many times": [GET + b"X-A: a\r\n" * 8_000 + b"\r\n"],
    "a long path": [b"GET /healthz?" + b"a" * HEAD_BYTES_MAX + b" HTTP/1.1\r\n" + HOST + b"\r\n"],
    "a header without an end": [GET + b"X-A: ", *[b"a" * 8_200] * 4],
    "a path without an end": [b"GET /", *[b"a" * 8_200] * 4],
    "trailers without an end": [POST + CHUNKED + b"\r\n" + CHUNKS[:-2] + b"X-A: ", *[b"a" * 8_200] * 4],
    "a chunk's extension without an end": [POST + CHUNKED + b"\r\n2;a=", *[b"a" * 8_200] * 4],
    "line ends only": [b"\r\n" * 20_000],
}


@pytest.mark.parametrize("what", LARGE_HEADS)
async def test_a_head_that_is_too_large_is_refused(what: str, wire: Wire, database: Database) -> None:
    with unchanged(database):
        async with wire.open() as (reader, writer), asyncio.timeout(5):
            for piece in LARGE_HEADS[what]:
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(0.001)
            (refused,) = answers_in(await reader.read())
    details = assert_error(refused, "VALIDATION_FAILED")["details"]
    assert details["fields"] == [
        {"fieldName": "request", "message": f"must have a line and headers of at most {HEAD_BYTES_MAX} bytes"}
    ]
    assert refused.headers["connection"] == "close"


async def test_a_head_within_its_bound_is_read(wire: Wire) -> None:
    (answer,) = answers_in(
        await wire.said(GET + b"X-A: " + b"a" * (HEAD_BYTES_MAX - 200) + b"\r\n", b"Connection: close\r\n\r\n")
    )
    assert_ok(answer)


TRICKLES: Final = {
    "nothing": [],
    "line ends": [b"\r\n"],
    "a head": [b"GET /", b"health", b"z HTTP/1.1\r\n", b"X-A: a\r\n"],
    "a body": [POST + LENGTH + b"\r\n", b"{"],
    "chunks": [POST + CHUNKED + b"\r\n", b"1\r\n{\r\n"],
    "a head after a request": [GET + b"\r\n", b"GET /heal"],
}


@pytest.mark.parametrize("what", TRICKLES)
async def test_who_takes_too_long_to_ask_is_left(what: str, wire: Wire, hurried: None, database: Database) -> None:
    with unchanged(database):
        async with wire.open() as (reader, writer):
            for piece in TRICKLES[what]:
                writer.write(piece)
                await asyncio.sleep(SOON_S / 5)
            said = b""
            with suppress(ConnectionResetError):  # where the last piece came too late already
                async with asyncio.timeout(5):
                    said = await reader.read()
    assert all(answer.status_code == 200 for answer in answers_in(said))


async def test_a_byte_now_and_then_wins_no_time(wire: Wire, hurried: None) -> None:
    async with wire.open() as (reader, writer), asyncio.timeout(5):
        writer.write(POST + LENGTH + b"\r\n")
        reading = asyncio.create_task(reader.read())
        while not reading.done():
            writer.write(b" ")
            await asyncio.sleep(SOON_S / 5)
        with suppress(ConnectionResetError):
            assert await reading == b""


async def test_who_does_not_take_the_answer_is_left(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    document = b"GET /openapi.json HTTP/1.1\r\n" + HOST
    await wire.said(document + b"Connection: close\r\n\r\n")  # it is made when it is first asked for
    monkeypatch.setattr(connections, "ANSWER_S_MAX", SOON_S)
    loop, asked = asyncio.get_running_loop(), 100
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        client.setblocking(False)
        await loop.sock_connect(client, wire.address)
        await loop.sock_sendall(client, (document + b"\r\n") * asked)
        await wire.until_left()
        said = b""
        with suppress(ConnectionResetError):
            async with asyncio.timeout(5):
                while chunk := await loop.sock_recv(client, 1_000_000):
                    said += chunk
    assert 0 < said.count(b"HTTP/1.1 200") < asked


async def test_a_request_before_garbage_is_answered_and_is_the_last(wire: Wire) -> None:
    for garbage in (b"garbage\r\n\r\n", POST + LENGTH + CHUNKED + b"\r\n"):
        (answer,) = answers_in(await wire.said(GET + b"\r\n" + garbage))
        assert_ok(answer)
        assert answer.headers["connection"] == "close"


UPGRADES: Final = (
    b"Connection: Upgrade\r\nUpgrade: websocket\r\n",
    b"Connection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABk\r\nUpgrade: h2c\r\n",
)


async def test_who_asks_for_another_protocol_is_answered_in_this_one(wire: Wire) -> None:
    for upgrade in UPGRADES:
        for answer in (said := answers_in(await wire.said((GET + upgrade + b"\r\n") * 3, LAST_GET))):
            assert_ok(answer)
        assert len(said) == 4


@pytest.mark.parametrize("upgrade", UPGRADES, ids=["websocket", "as_javas_client_does"])
@pytest.mark.parametrize("framed", [LENGTH + b"\r\n" + BODY, CHUNKED + b"\r\n" + CHUNKS], ids=["length", "chunked"])
async def test_the_body_of_who_asks_for_another_protocol_is_read(wire: Wire, upgrade: bytes, framed: bytes) -> None:
    whole = POST.replace(b"/register", b"/login") + upgrade + framed + LAST_GET
    for pieces in ([whole], [whole[: len(whole) // 2], whole[len(whole) // 2 :]], [bytes([each]) for each in whole]):
        async with wire.open() as (reader, writer):
            for piece in pieces:
                writer.write(piece)
                await asyncio.sleep(0)
            async with asyncio.timeout(5):
                refused, answer = answers_in(await reader.read())
        assert_error(refused, "VALIDATION_FAILED", fields=["displayName"])
        assert_ok(answer)


async def test_who_asks_for_a_tunnel_is_answered_and_goes_no_further(wire: Wire) -> None:
    tunnel = b"CONNECT example.org:443 HTTP/1.1\r\n" + HOST
    for head in (tunnel, tunnel + UPGRADES[1]):
        (refused,) = answers_in(await wire.said(head + b"\r\n", LAST_GET))
        assert refused.is_client_error


async def test_requests_in_a_row_are_answered_in_order(wire: Wire) -> None:
    first, second, third = answers_in(
        await wire.said(GET + b"\r\n" + b"GET /v1/me HTTP/1.1\r\n" + HOST + b"\r\n" + LAST_GET)
    )
    assert_ok(first)
    assert_error(second, "UNAUTHENTICATED")
    assert_ok(third)


async def test_what_stands_behind_the_body_is_no_header(wire: Wire, database: Database) -> None:
    untyped = POST.replace(b"Content-Type: application/json\r\n", b"Connection: close\r\n")
    trailers = CHUNKS[:-2] + b"Content-Type: application/json\r\nX-Forwarded-For: 192.0.2.1\r\n\r\n"
    with unchanged(database):
        (refused,) = answers_in(await wire.said(untyped + CHUNKED + b"\r\n" + trailers))
    assert_error(refused, "UNSUPPORTED", status=415)


async def test_head_has_no_content_on_the_wire(wire: Wire) -> None:
    said = await wire.said(LAST_GET.replace(b"GET", b"HEAD"))
    assert said.endswith(b"\r\n\r\n")
    assert int(re.search(rb"content-length: ([0-9]+)", said)[1]) > 0  # type: ignore[index]  # it is there, or this fails
