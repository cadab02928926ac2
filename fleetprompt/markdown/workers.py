"""The pool of processes that judge markdown for a server, so that no text can stall it (spec 3 Markdown)."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import fleetprompt
from fleetprompt.errors import Outage, unavailable
from fleetprompt.markdown.verdict import Verdict, normalized, too_complex
from fleetprompt.markdown.wire import REPLY_HEADER, Reply, decoded_reply, encoded_request

_logger = logging.getLogger(__name__)

_SHUTTING_DOWN: Final = "The server is shutting down."

# By anything but the time that a text used up: only that says something about the text.
_DEATHS_MAX: Final = 2

# What an interpreter may need to start; everything else of the server's environment, secrets included, stays there.
_INHERITED: Final = ("PATH", "LD_LIBRARY_PATH", "TMPDIR")


class _Died(Exception):
    """Raised where a worker ended with work to do; `by` is the signal that ended it, or None."""

    def __init__(self, by: int | None, *, starting: bool = False) -> None:
        super().__init__(by)
        self.by = by
        self.doing = "starting" if starting else "judging a text"


class MarkdownWorkers:
    """A few worker processes, started when they are first needed.

    size_max: processes. waiting_max: texts that wait for one before more are refused. cpu_limit_s: seconds of
    processor time that one text may take; measured by the kernel, so that a busy machine changes no verdict.
    wall_limit_s: seconds that a caller waits in all before the machine counts as overloaded. idle_s: seconds after
    which a worker beyond the first is given up. on_kill: called when a text has used up its time.
    """

    def __init__(
        self,
        *,
        size_max: int = 2,
        waiting_max: int = 32,
        cpu_limit_s: float = 2.0,
        wall_limit_s: float = 6.0,
        idle_s: float = 60.0,
        on_kill: Callable[[], None] = lambda: None,
    ) -> None:
        self._waiting_max = waiting_max
        self._cpu_limit_s = cpu_limit_s
        self._wall_limit_s = wall_limit_s
        self._idle_s = idle_s
        self._on_kill = on_kill
        self._turns = asyncio.Semaphore(size_max)
        self._waiting = 0
        self._open = False
        self._idle: list[_Worker] = []
        self._busy: set[_Worker] = set()

    async def start(self) -> None:
        """Take work from now on. Starts no process yet."""
        self._open = True

    async def close(self) -> None:
        """Take no more work and end every process; what is still being judged is refused with UNAVAILABLE."""
        self._open = False
        workers = [*self._idle, *self._busy]
        self._idle.clear()
        for worker in workers:
            worker.kill()
        await asyncio.gather(*(worker.ended() for worker in workers))

    async def judge(self, source: str, *, suggest: bool = False) -> Verdict:
        """The policy's verdict on `source`, with a suggestion if asked for; `too_complex` where it takes too long.

        Raises UNAVAILABLE while too many texts wait, on an overloaded machine, where something else than the text keeps
        killing the workers, and outside start and close.
        """
        if not self._open:
            raise unavailable(_SHUTTING_DOWN, Outage.SHUTTING_DOWN)
        try:
            async with asyncio.timeout(self._wall_limit_s), self._turn():
                return await self._judge(source, suggest)
        except TimeoutError:
            raise unavailable("The text could not be checked in time.", Outage.MARKDOWN_BUSY) from None

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        if self._turns.locked() and self._waiting >= self._waiting_max:
            raise unavailable("Too many texts are being checked at once.", Outage.MARKDOWN_BUSY)
        self._waiting += 1
        try:
            await self._turns.acquire()
        finally:
            self._waiting -= 1
        try:
            yield
        finally:
            self._turns.release()

    async def _judge(self, source: str, suggest: bool) -> Verdict:
        for _ in range(_DEATHS_MAX):
            replies: list[Reply] = []
            try:
                await self._ask(source, suggest, replies)
            except _Died as died:
                if not self._open:
                    raise unavailable(_SHUTTING_DOWN, Outage.SHUTTING_DOWN) from None
                if died.by == signal.SIGPROF:
                    self._on_kill()
                    return _verdict(replies) if replies else too_complex(normalized(source))
                _logger.warning("A markdown worker died while it was %s (signal %s).", died.doing, died.by)
            else:
                return _verdict(replies)
        raise unavailable("The text could not be checked at the moment.", Outage.MARKDOWN_AWAY)

    async def _ask(self, source: str, suggest: bool, replies: list[Reply]) -> None:
        """Add the replies of one worker to `replies`, as they come. Raises _Died."""
        worker = await self._worker()
        if not self._open:
            worker.kill()
            raise unavailable(_SHUTTING_DOWN, Outage.SHUTTING_DOWN)
        self._busy.add(worker)
        try:
            await worker.ask(encoded_request(source, suggest))
            replies.append(await worker.reply())
            if suggest:
                replies.append(await worker.reply())
        except BaseException:
            worker.kill()
            raise
        finally:
            self._busy.discard(worker)
        self._keep(worker)

    async def _worker(self) -> _Worker:
        while self._idle:
            worker = self._idle.pop()
            if worker.alive:
                return worker
        return await _Worker.start(self._cpu_limit_s)

    def _keep(self, worker: _Worker) -> None:
        if not self._open:
            worker.kill()
            return
        self._idle.append(worker)
        if len(self._idle) > 1:
            asyncio.get_running_loop().call_later(self._idle_s, self._give_up_spare)

    def _give_up_spare(self) -> None:
        if len(self._idle) > 1:
            self._idle.pop(0).kill()


def _verdict(replies: Sequence[Reply]) -> Verdict:
    """The last verdict, once what the policy logged stands in our own log."""
    for reply in replies:
        for message in reply.logged:
            _logger.error("%s", message)
    return replies[-1].verdict


def _environment() -> dict[str, str]:
    """What a worker's process gets to see: where to find the interpreter's libraries and this package."""
    inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    return {**inherited, "PYTHONPATH": str(Path(fleetprompt.__file__).resolve().parents[1])}


class _Worker:
    """One process and its pipes."""

    def __init__(self, process: Process) -> None:
        self._process = process

    @classmethod
    async def start(cls, cpu_limit_s: float) -> _Worker:
        """A process that is ready for work. Raises UNAVAILABLE where none can be had, and _Died where it ends first."""
        try:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", "-m", "fleetprompt.markdown.worker", str(cpu_limit_s)),
                stdin=PIPE,
                stdout=PIPE,
                stderr=DEVNULL,
                env=_environment(),
                cwd="/",
                start_new_session=True,  # a Ctrl-C in the terminal must not end it before the server has drained
            )
        except OSError:
            _logger.exception("No markdown worker could be started.")
            raise unavailable("Texts cannot be checked at the moment.", Outage.MARKDOWN_AWAY) from None
        worker = cls(process)
        try:
            await worker._frame()
        except _Died as died:
            raise _Died(died.by, starting=True) from None
        except BaseException:
            worker.kill()
            raise
        return worker

    @property
    def alive(self) -> bool:
        """Whether the process is not known to have ended."""
        return self._process.returncode is None

    async def ask(self, request: bytes) -> None:
        """Send one request. Raises _Died where the process ends first."""
        assert self._process.stdin is not None
        self._process.stdin.write(request)
        try:
            await self._process.stdin.drain()
        except ConnectionError:
            raise _Died(await self._signal()) from None

    async def reply(self) -> Reply:
        """The next reply. Raises _Died where the process ends first."""
        return decoded_reply(await self._frame())

    async def _frame(self) -> bytes:
        assert self._process.stdout is not None
        try:
            header = await self._process.stdout.readexactly(REPLY_HEADER.size)
            (length,) = REPLY_HEADER.unpack(header)
            return await self._process.stdout.readexactly(length)
        except (asyncio.IncompleteReadError, ConnectionError):
            raise _Died(await self._signal()) from None

    async def _signal(self) -> int | None:
        code = await self._process.wait()
        return -code if code < 0 else None

    def kill(self) -> None:
        """End the process at once."""
        if self.alive:
            self._process.kill()

    async def ended(self) -> None:
        """Wait until the process has ended."""
        await self._process.wait()
