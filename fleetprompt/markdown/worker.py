"""The process that judges markdown for a server, one source after another; `python -m` runs it with its CPU limit.

It ends when its input does, so it never outlives the server that started it.
"""

from __future__ import annotations

import logging
import resource
import signal
import sys
from typing import Final

from fleetprompt.markdown.policy import judge, with_suggestion
from fleetprompt.markdown.wire import READY, REQUEST_HEADER, Reply, encoded_reply

MEMORY_BYTES_MAX: Final = 512 * 1024 * 1024


def serve(cpu_limit_s: float) -> None:
    """Judge what comes in on standard input until it ends.

    The kernel ends the process where one source takes `cpu_limit_s` seconds of processor time, its suggestion included;
    the verdict without one has been sent by then.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES_MAX, MEMORY_BYTES_MAX))
    log = _Log()
    logging.getLogger("fleetprompt.markdown").addHandler(log)
    judge("ready")  # builds the parsers that the first text would otherwise wait for
    _write(READY)
    while header := sys.stdin.buffer.read(REQUEST_HEADER.size):
        length, suggest = REQUEST_HEADER.unpack(header)
        source = sys.stdin.buffer.read(length).decode("utf-8", "surrogatepass")
        signal.setitimer(signal.ITIMER_PROF, cpu_limit_s)
        verdict = judge(source)
        if suggest:
            _write(encoded_reply(Reply(verdict, log.taken())))
            verdict = with_suggestion(source, verdict)
        signal.setitimer(signal.ITIMER_PROF, 0)
        _write(encoded_reply(Reply(verdict, log.taken())))


class _Log(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self._messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self._messages.append(record.getMessage())

    def taken(self) -> tuple[str, ...]:
        messages, self._messages = self._messages, []
        return tuple(messages)


def _write(data: bytes) -> None:
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    serve(float(sys.argv[1]))
