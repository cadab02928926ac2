"""Keeping a server's workers alive: started, listened to, replaced when they die or hang, drained one by one (spec 7).

Each worker is a process of its own, started afresh rather than forked: a fork would copy threads' locks and the state
of random generators. Worker and supervisor hold the two ends of a socket. The worker sends a beat over it once a
second, and drains when nobody is at the other end any more.
"""

from __future__ import annotations

import asyncio
import signal
import socket
from asyncio.subprocess import DEVNULL, Process
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from typing import Final, Self

import msgspec

from fleetprompt.commands.http_server import DRAIN_S_MAX
from fleetprompt.commands.service_manager import ServiceManager
from fleetprompt.commands.stopping import STOPS, Stopping
from fleetprompt.telemetry import Metrics, MetricsFolder, get_logger

logger = get_logger(__name__)

BEAT: Final = b"."
TELL_STACK: Final = signal.SIGUSR1
STACK_S_MAX: Final = 0.5
RECEIVED_BYTES_MAX: Final = 65_536


class Patience(msgspec.Struct, frozen=True, kw_only=True):
    """How long the supervisor waits, in seconds.

    start_s: for a worker's first beat. silence_s: between beats; then it hangs. drain_s: for one that was told to
    stop. pause_s_min, pause_s_max: before a worker that soon died again is replaced, doubling; sound_s: what is not
    soon.
    """

    start_s: float = 60.0
    silence_s: float = 10.0
    drain_s: float = DRAIN_S_MAX + 5.0
    pause_s_min: float = 0.5
    pause_s_max: float = 30.0
    sound_s: float = 60.0

    def pause_s(self, lived_s: float, last_s: float) -> float:
        """How long to wait before the next start, after a worker that lived so long and waited `last_s` for it."""
        return 0.0 if lived_s >= self.sound_s else min(max(2 * last_s, self.pause_s_min), self.pause_s_max)


class Launch(msgspec.Struct, frozen=True):
    """How a worker is started. command: its command line, given its place and the descriptor of its end of the socket.

    descriptors: what it inherits beside that.
    """

    command: Callable[[int, int], Sequence[str]]
    descriptors: tuple[int, ...]


class Worker:
    """One worker process and our end of its socket."""

    def __init__(self, process: Process, line: socket.socket) -> None:
        self._process = process
        self._line = line
        self._loop = asyncio.get_running_loop()
        self._started = self._heard = self._loop.time()
        self._told: list[bytes] = []
        self.has_served = False
        self.gone = asyncio.create_task(process.wait())
        line.setblocking(False)
        self._loop.add_reader(line, self._listen)

    @classmethod
    async def start(cls, place: int, launch: Launch) -> Self:
        """A new process at this place, in a session of its own, so that a terminal's Ctrl-C reaches only us.

        Raises OSError where none can be had.
        """
        ours, theirs = socket.socketpair()
        with ExitStack() as on_failure, theirs:
            on_failure.enter_context(ours)
            process = await asyncio.create_subprocess_exec(
                *launch.command(place, theirs.fileno()),
                stdin=DEVNULL,
                pass_fds=(theirs.fileno(), *launch.descriptors),
                start_new_session=True,
            )
            on_failure.pop_all()
        return cls(process, ours)

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._process.pid

    @property
    def lived_s(self) -> float:
        """How long ago it was started."""
        return self._loop.time() - self._started

    def is_silent(self, patience: Patience) -> bool:
        """Whether it has not been heard of for longer than one waits for a worker that serves, or that starts."""
        return self._loop.time() - self._heard > (patience.silence_s if self.has_served else patience.start_s)

    def send(self, number: int) -> None:
        """Send a signal, unless it has ended."""
        with suppress(ProcessLookupError):
            self._process.send_signal(number)

    async def put_down(self) -> str:
        """Kill a worker that hangs; where in its code it hung, as far as it can still tell."""
        self._told.clear()
        self.send(TELL_STACK)
        await asyncio.wait({self.gone}, timeout=STACK_S_MAX)
        self.send(signal.SIGKILL)
        await self.gone
        return b"".join(self._told).decode("ascii", "replace").strip(BEAT.decode() + "\n")

    def close(self) -> None:
        """Let go of the socket."""
        self._loop.remove_reader(self._line)
        self._line.close()

    def _listen(self) -> None:
        try:
            received = self._line.recv(RECEIVED_BYTES_MAX)
        except (BlockingIOError, ConnectionError):
            return
        if not received:
            self._loop.remove_reader(self._line)
        elif received.strip(BEAT):
            self._told.append(received)
        else:
            self._heard = self._loop.time()
            self.has_served = True


class Supervisor:
    """Keeps one worker at each place until it is told to stop. manager: who is told how the server does."""

    def __init__(
        self,
        launch: Launch,
        places: int,
        folder: MetricsFolder,
        metrics: Metrics,
        *,
        patience: Patience | None = None,
        manager: ServiceManager | None = None,
    ) -> None:
        self._launch = launch
        self._places = range(places)
        self._folder = folder
        self._metrics = metrics
        self._patience = patience or Patience()
        self._workers: dict[int, Worker] = {}
        self._stopping = asyncio.Event()
        self._manager = manager or ServiceManager()
        self._has_served = False
        self._has_failed = False

    async def run(self, stopping: Stopping | None = None) -> bool:
        """Serve until a signal says stop; False where no worker could ever start.

        The first SIGTERM or SIGINT drains the workers one after another, so that somebody answers until the last; a
        second one ends them at once. stopping: who was told of signals before.
        """
        loop = asyncio.get_running_loop()
        for number in STOPS:
            loop.add_signal_handler(number, self._told_to_stop)
        if stopping is not None and stopping.is_told:
            self._stopping.set()
        async with self._manager.told_alive():
            await asyncio.gather(*[self._keep(place) for place in self._places])
            self._manager.stopping()
            for place, worker in sorted(self._workers.items()):
                await self._drain(place, worker)
        for number in STOPS:
            loop.remove_signal_handler(number)
        return not self._has_failed

    def _told_to_stop(self) -> None:
        if self._stopping.is_set():
            for worker in self._workers.values():
                worker.send(signal.SIGKILL)
        self._stopping.set()

    async def _keep(self, place: int) -> None:
        pause_s = 0.0
        while not await self._stops_within(pause_s):
            try:
                worker = await Worker.start(place, self._launch)
            except OSError as error:
                pause_s = self._patience.pause_s(0.0, pause_s)
                logger.warning("worker cannot be started", place=place, problem=error.strerror, again_in_s=pause_s)
                continue
            self._workers[place] = worker
            self._folder.enlist(str(place), worker.pid)
            cause = await self._how_it_ended(worker)
            if cause is None:
                return
            del self._workers[place]
            self._let_go(place, worker)
            self._metrics.worker_ended(cause)
            self._note_served(worker)
            if not self._has_served:
                logger.critical("no worker can start")
                self._has_failed = True
                self._stopping.set()
                return
            pause_s = self._patience.pause_s(worker.lived_s, pause_s)
            logger.error("worker ended", place=place, pid=worker.pid, cause=cause, another_in_s=pause_s)

    async def _stops_within(self, seconds: float) -> bool:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), max(seconds, 0.001))
        return self._stopping.is_set()

    async def _how_it_ended(self, worker: Worker) -> str | None:
        """Wait until the worker has ended, by itself or because it hung; None where it is us who stop before that."""
        stopping = asyncio.create_task(self._stopping.wait())
        try:
            while not stopping.done():
                await asyncio.wait({worker.gone, stopping}, timeout=1.0, return_when=asyncio.FIRST_COMPLETED)
                self._note_served(worker)
                if worker.gone.done():
                    return "killed" if worker.gone.result() < 0 else "exited"
                if worker.is_silent(self._patience) and not stopping.done():
                    logger.error("worker hangs", pid=worker.pid, stack=await worker.put_down())
                    return "hung"
        finally:
            stopping.cancel()
        return None

    def _note_served(self, worker: Worker) -> None:
        if worker.has_served and not self._has_served:
            self._has_served = True
            self._manager.ready()

    async def _drain(self, place: int, worker: Worker) -> None:
        worker.send(signal.SIGTERM)
        await asyncio.wait({worker.gone}, timeout=self._patience.drain_s)
        if not worker.gone.done():
            logger.error("worker did not stop in time and is killed", place=place, pid=worker.pid)
            worker.send(signal.SIGKILL)
            await worker.gone
        self._let_go(place, worker)

    def _let_go(self, place: int, worker: Worker) -> None:
        worker.close()
        self._folder.strike(str(place))
