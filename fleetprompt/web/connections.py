"""A client's connection, before and around its requests: how much may come, in what time, and what cannot be read.

uvicorn bounds neither the head of a request nor the time that one may take to arrive, and answers what it cannot
parse in plain text; here both are bounded, and every answer is the one envelope (spec 6.1).
"""

from __future__ import annotations

import asyncio
from typing import Any, Final, cast

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from fleetprompt.errors import Refusal, invalid
from fleetprompt.web.edge import Edge

HEAD_BYTES_MAX: Final = 32 * 1024
"""Of a request line with its headers, of trailers, and of what a chunk of the body begins with."""
ARRIVAL_S_MAX: Final = 20.0
"""From the first byte of a request, or the beginning of a connection, to the last byte of the body."""
ANSWER_S_MAX: Final = 30.0
"""From there until the client has taken the answer."""
UPGRADE: Final = b"upgrade"


class _HeadTooLarge(Exception):
    """A head is whole, and larger than HEAD_BYTES_MAX."""


class Connection(HttpToolsProtocol):
    """One connection of uvicorn's, within bounds. The served application is an Edge."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._deadline: asyncio.TimerHandle | None = None
        self._stalled_bytes = 0
        self._is_arriving = False
        self._is_head_whole = False
        self._is_refused = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Wait for the first request, but not for ever."""
        super().connection_made(cast("asyncio.Transport", transport))
        self._allow(ARRIVAL_S_MAX)

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing any more."""
        self._allow(None)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read some bytes."""
        if self._is_refused:
            return
        self._unset_keepalive_if_required()
        if self._deadline is None:
            self._allow(ARRIVAL_S_MAX)
        self._stalled_bytes += len(data)
        try:
            self._read(data)
        except httptools.HttpParserError as error:
            too_large = isinstance(error.__context__, _HeadTooLarge)
            self._refuse(_head_too_large() if too_large else invalid(("request", "must be well-formed HTTP/1.1")))
        if self._stalled_bytes > HEAD_BYTES_MAX:  # the parser keeps them until they make up a header or a chunk
            self._refuse(_head_too_large())

    def _read(self, data: bytes) -> None:
        """Let the parser have some bytes. Whoever asks for another protocol is answered in this one (RFC 9110, 7.8).

        The parser takes the rest for that protocol's, the body too: Java's own client asks so with each request. It is
        given the head once more, without the wish. A tunnel has no body, and nothing behind it is read.
        """
        while data:
            try:
                self.parser.feed_data(data)
            except httptools.HttpParserUpgrade as switch:
                if self._asks_for_another_protocol():
                    data = self._head_without_the_wish() + data[switch.args[0] :]
                    continue
                self.cycle.keep_alive = False
            return

    def _asks_for_another_protocol(self) -> bool:
        return self.parser.should_upgrade() and any(name == UPGRADE for name, _ in self.headers)

    def _head_without_the_wish(self) -> bytes:
        line = b"%s %s HTTP/%s\r\n" % (self.parser.get_method(), self.url, self.parser.get_http_version().encode())
        kept = (b"%s: %s\r\n" % header for header in self.headers if header[0] != UPGRADE)
        return b"".join((line, *kept, b"\r\n"))

    def on_message_begin(self) -> None:
        """The first byte of a request has come."""
        super().on_message_begin()
        self._is_arriving = True
        self._is_head_whole = False

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take note of a header. What is sent behind the body was seen by no proxy in front of us, and is dropped."""
        if not self._is_head_whole:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """The head is whole. Raises _HeadTooLarge, which ends the parsing."""
        self._stalled_bytes = 0
        self._is_head_whole = True
        if len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers) > HEAD_BYTES_MAX:
            raise _HeadTooLarge
        if not self._asks_for_another_protocol():
            super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Some of the body has come."""
        self._stalled_bytes = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The request is whole: it is our turn, and then the client's again, who takes the answer."""
        if self._asks_for_another_protocol():
            return
        super().on_message_complete()
        self._stalled_bytes = 0
        self._is_arriving = False
        self._allow(ANSWER_S_MAX)

    def on_response_complete(self) -> None:
        """The answer is out. uvicorn itself waits for the next request, unless one is there or on its way."""
        super().on_response_complete()
        if self.pipeline:
            self._allow(ANSWER_S_MAX)
        else:
            self._allow(ARRIVAL_S_MAX if self._is_arriving else None)

    def _allow(self, seconds: float | None) -> None:
        """Set the time in which the next thing must have happened; None: nothing is waited for."""
        if self._deadline is not None:
            self._deadline.cancel()
        self._deadline = None if seconds is None else self.loop.call_later(seconds, self._leave)

    def _leave(self) -> None:
        if self.transport.get_write_buffer_size():
            self.transport.abort()  # to close would wait for a client that does not read
        else:
            self.transport.close()

    def _refuse(self, refusal: Refusal) -> None:
        """Look at nothing further. The answer to a request that came whole before goes out first, and is the last.

        What still comes is read and dropped: to close with it unread would reset the connection, and lose the answer.
        """
        if self._is_refused:
            return
        self._is_refused = True
        before = self.cycle
        if before is not None and not before.response_complete:
            before.keep_alive = False
            if before.response_started or not before.more_body:
                return
            before.disconnected = True
            before.message_event.set()
        self.cycle = self._last_cycle()
        self._start_asgi_task(self.cycle, cast("Edge", self.config.app).refusing(refusal))

    def _last_cycle(self) -> RequestResponseCycle:
        """For an answer to what is no request; nothing of it is looked at."""
        self.on_message_begin()
        self.scope.update({"method": "GET", "path": "/", "raw_path": b"/", "query_string": b"", "http_version": "1.0"})
        return RequestResponseCycle(
            scope=self.scope,
            transport=self.transport,
            flow=self.flow,
            logger=self.logger,
            access_logger=self.access_logger,
            access_log=self.access_log,
            default_headers=self.server_state.default_headers,
            message_event=asyncio.Event(),
            expect_100_continue=False,
            keep_alive=False,
            on_response=self.on_response_complete,
        )


def _head_too_large() -> Refusal:
    return invalid(("request", f"must have a line and headers of at most {HEAD_BYTES_MAX} bytes"))
