"""Structured logs on standard error: one pipeline for our own records and those of the libraries (spec 9)."""

from __future__ import annotations

import atexit
import logging
import secrets
import sys
import threading
from collections.abc import MutableMapping
from contextlib import ExitStack
from datetime import UTC, datetime
from hashlib import blake2b
from types import TracebackType
from typing import Any, Final, Protocol, cast

import structlog

from fleetprompt.errors import Code
from fleetprompt.telemetry.lines import RequestRecord, render
from fleetprompt.telemetry.redaction import printable
from fleetprompt.telemetry.sink import QUEUE_LINES_MAX, LineSink
from fleetprompt.telemetry.tracebacks import describe

STANDARD_ERROR_FD: Final = 2
ADDRESS_KEYS: Final = frozenset(
    {
        "client",
        "client_addr",
        "client_address",
        "client_ip",
        "forwarded",
        "ip",
        "ip_address",
        "peer",
        "remote_addr",
        "remote_address",
        "x_forwarded_for",
        "x_real_ip",
    }
)
_OWN_LOGGERS: Final = "fleetprompt"
_LIBRARY_LOGGERS: Final = ("uvicorn", "uvicorn.error", "litestar", "psycopg", "alembic")
_POOL_LOGGER: Final = "psycopg.pool"
_OUTCOME_LEVELS: Final = {Code.INTERNAL.value: "error", Code.UNAVAILABLE.value: "warning"}
_RECORD_ATTRIBUTES: Final = frozenset({*vars(logging.makeLogRecord({})), "message", "asctime", "taskName"})
_NOT_RENDERED: Final = b'{"level":"error","event":"a log record could not be rendered"}\n'


class Logger(Protocol):
    """What modules log with: `event` in constant words, whatever varies as a named field.

    A field whose name contains a word such as `token` or `signature` is always redacted: name it otherwise.
    """

    def debug(self, event: str, **fields: object) -> object:
        """For whoever looks into one case."""

    def info(self, event: str, **fields: object) -> object:
        """Something happened as it should."""

    def warning(self, event: str, **fields: object) -> object:
        """Something works less well than it should."""

    def error(self, event: str, **fields: object) -> object:
        """A request or a job failed for a reason of ours."""

    def critical(self, event: str, **fields: object) -> object:
        """The process cannot do its work."""

    def exception(self, event: str, **fields: object) -> object:
        """An error, with the exception that is being handled."""

    def bind(self, **fields: object) -> Logger:
        """The same logger with more fields on every line."""


def get_logger(name: str) -> Logger:
    """The logger of a module. It writes wherever `start_logging`, called before or after, has set up."""
    return cast("Logger", structlog.get_logger(module=name))


class _Exit:
    """The end of structlog's chain: takes the rendered line at any level."""

    def __init__(self, sink: LineSink) -> None:
        self.debug = self.info = self.warning = self.error = self.critical = sink.write


class _StandardHandler(logging.Handler):
    """Brings the records of the standard library's logging into the same pipeline; the extra fields of our own only."""

    def __init__(self, pipeline: Logging) -> None:
        super().__init__()
        self._pipeline = pipeline

    def emit(self, record: logging.LogRecord) -> None:
        try:
            event = record.getMessage()
        except Exception:  # arguments that do not fit the message
            event = printable(record.msg)
        fields = {name: value for name, value in vars(record).items() if name not in _RECORD_ATTRIBUTES}
        own = fields if record.name.startswith(f"{_OWN_LOGGERS}.") else {}
        self._pipeline.write(
            record.levelname.lower(), {"event": event, "module": record.name, "exc_info": record.exc_info, **own}
        )


class Logging:
    """The running pipeline; `start_logging` makes the one of a process."""

    def __init__(self, level: str, fd: int, address_key: bytes | None, queue_lines_max: int) -> None:
        self.level_number = structlog.processors.NAME_TO_LEVEL[level.lower()]
        self._address_key = blake2b(address_key).digest() if address_key else secrets.token_bytes(32)
        self.sink = LineSink(fd, self._dropped_line, queue_lines_max=queue_lines_max)
        self.undo = ExitStack()

    @property
    def lines_dropped(self) -> int:
        """How many lines were lost since the start because nobody read them fast enough."""
        return self.sink.dropped

    def hash_address(self, address: str) -> str:
        """What stands for a client's address in a log: the same within a process, or wherever the key is the same."""
        return blake2b(address.encode("utf-8", "replace"), key=self._address_key, digest_size=8).hexdigest()

    def request_finished(
        self,
        *,
        request_id: str,
        operation: str,
        outcome: str,
        duration_ms: float,
        caller_id: str | None = None,
        client_address: str | None = None,
        reason: str | None = None,
    ) -> None:
        """The one line about a request. `outcome` is `OK` or an error code, `reason` what only operators may know."""
        level = _OUTCOME_LEVELS.get(outcome, "info")
        if structlog.processors.NAME_TO_LEVEL[level] < self.level_number:
            return
        record = RequestRecord(
            timestamp=_now(),
            level=level,
            event="request",
            request_id=request_id,
            caller_id=caller_id,
            operation=operation,
            outcome=outcome,
            duration_ms=round(duration_ms, 3),
            client_address=None if client_address is None else self.hash_address(client_address),
        )
        self.sink.write(record.line() if reason is None else record.line_with(reason))

    def stop(self) -> None:
        """Give logging back as it was, and write what is queued. The exit of the process does this too."""
        self.undo.close()
        self.sink.stop()

    def write(self, level: str, fields: MutableMapping[str, Any]) -> None:
        """Queue the line for these fields. Never blocks, never raises."""
        self.sink.write(self._line(level, fields))

    def process(self, _logger: object, method: str, fields: MutableMapping[str, Any]) -> bytes:
        """structlog's only processor."""
        return self._line(method, fields)

    def _line(self, level: str, fields: MutableMapping[str, Any]) -> bytes:
        try:
            named: dict[str, Any] = {
                "event": fields.pop("event", ""),
                **structlog.contextvars.get_contextvars(),
                **fields,
            }
            if error := _exception_in(named.pop("exc_info", None)):
                named["exception"] = describe(error)
            addresses = [
                name for name in named if named[name] is not None and name.casefold().replace("-", "_") in ADDRESS_KEYS
            ]
            named |= {name: self.hash_address(printable(named[name])) for name in addresses}
            return render(_now(), level, named)
        except Exception:  # whatever a caller passed, its request goes on
            return _NOT_RENDERED

    def _dropped_line(self, count: int) -> bytes:
        return self._line("warning", {"event": "log lines dropped", "module": __name__, "count": count})


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def _exception_in(exc_info: object) -> BaseException | None:
    if exc_info is True:
        return sys.exception()
    if isinstance(exc_info, tuple) and len(exc_info) == 3:
        exc_info = exc_info[1]
    return exc_info if isinstance(exc_info, BaseException) else None


def start_logging(
    level: str = "info",
    *,
    fd: int = STANDARD_ERROR_FD,
    address_key: bytes | None = None,
    queue_lines_max: int = QUEUE_LINES_MAX,
) -> Logging:
    """Send every log record of this process through one pipeline to `fd`. Call it once, before anything is served.

    level: `debug info warning error critical`; libraries never log below `info`, so that their debugging shows no
    bodies. address_key: with it the hashes of client addresses agree between processes and restarts; without it they
    are keyed at random. Unhandled exceptions and warnings are logged too. Run uvicorn with `log_config=None`; its
    access log is silenced, as it shows addresses and paths.
    """
    pipeline = Logging(level, fd, address_key, queue_lines_max)
    undo = pipeline.undo
    undo.callback(structlog.reset_defaults)
    structlog.configure(
        processors=[pipeline.process],
        wrapper_class=structlog.make_filtering_bound_logger(pipeline.level_number),
        logger_factory=lambda *_names: _Exit(pipeline.sink),
        cache_logger_on_first_use=False,
    )
    _take_over("", undo, handlers=[_StandardHandler(pipeline)], level=max(logging.INFO, pipeline.level_number))
    _take_over(_OWN_LOGGERS, undo, handlers=[], level=pipeline.level_number)
    for name in _LIBRARY_LOGGERS:
        _take_over(name, undo, handlers=[], level=logging.NOTSET)
    # A pool tells of every connection that it lends; what it warns of is what counts.
    _take_over(_POOL_LOGGER, undo, handlers=[], level=max(logging.WARNING, pipeline.level_number))
    _take_over("uvicorn.access", undo, handlers=[], level=logging.CRITICAL + 1)
    logging.captureWarnings(True)
    undo.callback(logging.captureWarnings, False)
    _hook_exceptions(pipeline, undo)
    atexit.register(pipeline.stop)
    undo.callback(atexit.unregister, pipeline.stop)
    return pipeline


def _take_over(name: str, undo: ExitStack, *, handlers: list[logging.Handler], level: int) -> None:
    logger = logging.getLogger(name)
    undo.callback(logger.setLevel, logger.level)
    undo.callback(setattr, logger, "propagate", logger.propagate)
    undo.callback(setattr, logger, "handlers", logger.handlers)
    logger.handlers = handlers
    logger.propagate = True
    logger.setLevel(level)


def _hook_exceptions(pipeline: Logging, undo: ExitStack) -> None:
    """Nothing that goes unhandled reaches standard error as raw text."""

    def unhandled(_kind: type[BaseException], error: BaseException, _traceback: TracebackType | None) -> None:
        if isinstance(error, KeyboardInterrupt):
            return
        pipeline.write("critical", {"event": "unhandled exception", "exc_info": error})

    def unhandled_in_thread(args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None and not isinstance(args.exc_value, SystemExit):
            pipeline.write("critical", {"event": "unhandled exception in a thread", "exc_info": args.exc_value})

    def unraisable(args: sys.UnraisableHookArgs) -> None:
        pipeline.write("error", {"event": "exception in a finalizer", "exc_info": args.exc_value})

    hooks = (
        (sys, "excepthook", unhandled),
        (threading, "excepthook", unhandled_in_thread),
        (sys, "unraisablehook", unraisable),
    )
    for module, name, hook in hooks:
        undo.callback(setattr, module, name, getattr(module, name))
        setattr(module, name, hook)
