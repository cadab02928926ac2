"""Where the time of a request goes: spans from the request down to its statements (spec 9).

Spans are named for operations and statements, never for ids, paths or addresses.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Final


class RequestSpan:
    """The span of one request, told in the end what became of it."""

    def answered(self, *, operation: str, method: str, status: int, code: str, request_id: str) -> None:
        """Name the span for its operation and note the outcome."""


_REQUEST: Final = nullcontext(RequestSpan())
_NOTHING: Final = nullcontext()


class Traces:
    """Spans that nobody collects: the default, which costs nothing."""

    def request(self, parent: Mapping[str, str]) -> AbstractContextManager[RequestSpan]:
        """The span of a request. parent: the `traceparent` headers of somebody who is trusted, or none."""
        return _REQUEST

    def span(self, name: str) -> AbstractContextManager[None]:
        """A span within the present one. name: from a closed set."""
        return _NOTHING

    def exchange(self, statements: Sequence[str]) -> AbstractContextManager[None]:
        """A span for statements that travel together, by their names."""
        return _NOTHING

    def close(self) -> None:
        """Send what is not sent yet, for a few seconds at most."""
