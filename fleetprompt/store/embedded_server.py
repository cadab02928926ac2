"""The embedded PostgreSQL as a process: initialise, start, find again, recover, stop (spec 7, 9).

Who is alive is never guessed from a pid. The server and every child of it inherit a lock on `server.lock`, each process
that uses the folder holds one on `users.lock`, and whoever starts or stops the server has its turn by `turn.lock`.
The kernel gives all three back however a process ends.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import socket
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from psycopg.conninfo import make_conninfo
from psycopg.pq import PGconn, Ping

from fleetprompt.store.embedded_folder import (
    SOCKET_NAME,
    Account,
    EmbeddedError,
    Folder,
    Role,
    make_server_folder,
    program,
    server_programs,
    sync_folder,
    write_private,
)

Pause = Callable[[float], None]

POLL_S: Final = 0.01
TURN_WITHIN_S: Final = 180.0
START_WITHIN_S: Final = 120.0
STOP_WITHIN_S: Final = 60.0
ORPHANS_END_WITHIN_S: Final = 10.0
LOG_BYTES_MAX: Final = 8_388_608
LOG_TAIL_LINES: Final = 20
HOST_BASED_AUTHENTICATION: Final = b"local all all scram-sha-256\n"

SETTINGS: Final = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "max_wal_size": "512MB",
    "max_parallel_workers_per_gather": "0",
    "jit": "off",
    "client_connection_check_interval": "1s",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
    "dynamic_shared_memory_type": "mmap",  # within the folder, where only the server's account can look
    "log_min_messages": "log",  # not each client's errors: they are routine here, fill the disk and quote rows
    "log_min_error_statement": "panic",
    "log_checkpoints": "off",
}


@contextmanager
def turn(folder: Folder, pause: Pause = time.sleep) -> Iterator[None]:
    """Hold the right to start or stop this folder's server. Raises EmbeddedError where another process keeps it.

    pause: how it waits, here and below; it may raise, which gives up what is waited for.
    """
    lock = _open_lock(folder.home / "turn.lock")
    try:
        if not _lock_within(lock, TURN_WITHIN_S, pause):
            raise EmbeddedError(
                f"Another process has been starting or stopping {folder.home} for {TURN_WITHIN_S:.0f} s."
            )
        yield
    finally:
        os.close(lock)


def register_user(folder: Folder) -> int:
    """Say that this process uses the server, until the returned descriptor is closed."""
    lock = _open_lock(folder.home / "users.lock")
    fcntl.flock(lock, fcntl.LOCK_SH)
    return lock


def has_users(folder: Folder) -> bool:
    """Whether any live process uses the server."""
    return not _is_free(folder.home / "users.lock")


def initialise(folder: Folder, passwords: dict[Role, str]) -> None:
    """Create the database cluster where there is none yet, complete or not at all. Needs the turn.

    Raises EmbeddedError where there is one of another major version, naming the commands that move it.
    """
    if folder.cluster.exists():
        _refuse_other_major(folder)
        return
    staging, password_file = folder.home / "data.new", folder.home / "data.password"
    with _no_server(folder) as lock:
        shutil.rmtree(staging, ignore_errors=True)
        password_file.unlink(missing_ok=True)
        make_server_folder(staging, folder.account)
        write_private(password_file, passwords[Role.SUPERUSER].encode(), folder.account)
        command: list[str | Path] = [server_programs(folder) / "initdb", "-D", staging, f"--username={Role.SUPERUSER}"]
        command += [f"--pwfile={password_file}", "--auth=scram-sha-256", "--encoding=UTF8", "--no-instructions"]
        command += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        done = folder.account.run(command, held=(lock,))
        password_file.unlink()
        if done.returncode:
            raise EmbeddedError(f"PostgreSQL could not initialise {folder.cluster}:\n{_tail(done.stdout)}")
        rules = staging / "pg_hba.conf"
        rules.unlink()
        write_private(rules, HOST_BASED_AUTHENTICATION, folder.account)
        sync_folder(staging)
        staging.rename(folder.cluster)
        sync_folder(folder.home)


def ensure_running(folder: Folder, pause: Pause = time.sleep) -> None:
    """Find the folder's server or start it, and return when it takes connections. Needs the turn.

    What an earlier server left (its pid file, backends that outlived it) is waited for and cleared away.
    """
    if is_listening(folder):
        _bound_log(folder)
        if _becomes_ready(folder, pause):
            return
    with _no_server(folder, pause) as lock:
        _start(folder, lock)
    if not _becomes_ready(folder, pause):
        raise EmbeddedError(f"The PostgreSQL of {folder.home} did not start. It said:\n{_last_words(folder)}")


def is_listening(folder: Folder) -> bool:
    """Whether a server listens at the folder's socket, be it ready or not."""
    try:
        return _listener(folder) is not None
    except BlockingIOError:  # it does, and its queue is full
        return True


def stop(folder: Folder) -> None:
    """Shut the server down cleanly, ending its sessions (fast shutdown), and wait until it is gone. Needs the turn."""
    pid = _listener(folder)
    if pid is None:
        return
    if pid == 0:
        raise EmbeddedError(f"The PostgreSQL of {folder.home} runs in another container: stop it there.")
    os.kill(pid, signal.SIGINT)
    lock = _open_lock(folder.home / "server.lock")
    try:
        if not _lock_within(lock, STOP_WITHIN_S):
            raise EmbeddedError(f"PostgreSQL (process {pid}) has not stopped within {STOP_WITHIN_S:.0f} s.")
    finally:
        os.close(lock)


@contextmanager
def _no_server(folder: Folder, pause: Pause = time.sleep) -> Iterator[int]:
    """Hold the server's lock, which means that nothing of an earlier server lives any more.

    Backends notice the death of their postmaster at once when idle and at the end of their statement when not;
    those that do not are ended. A postmaster that lives but cannot be reached (its socket was removed) is shut down.
    """
    lock = _open_lock(folder.home / "server.lock")
    try:
        if not _lock_within(lock, ORPHANS_END_WITHIN_S, pause):
            holders = _holders(lock)
            postmaster = _recorded_pid(folder)
            if postmaster in holders:
                os.kill(postmaster, signal.SIGINT)
            else:
                for pid in holders:
                    with suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)
            if not _lock_within(lock, STOP_WITHIN_S, pause):
                who = sorted(_holders(lock)) or "in another container"
                raise EmbeddedError(f"An earlier PostgreSQL of {folder.home} does not end (processes: {who}).")
        _refuse_stranger(folder)
        yield lock
    finally:
        os.close(lock)


def _start(folder: Folder, lock: int) -> None:
    for leftover in (folder.cluster / "postmaster.pid", *folder.socket_dir.iterdir()):
        leftover.unlink(missing_ok=True)
    if folder.log.exists():
        folder.log.replace(folder.log.with_suffix(".log.1"))
    command: list[str | Path] = [server_programs(folder) / "postgres", "-D", folder.cluster, "-k", folder.socket_dir]
    for name, value in SETTINGS.items():
        command += ["-c", f"{name}={value}"]
    log = os.open(folder.log, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
    try:
        # The shell ends at once and leaves the server to init, which reaps it however it ends and whoever started it.
        folder.account.run(["/bin/sh", "-c", '"$@" &', "sh", *command], output=log, held=(lock,))
    finally:
        os.close(log)


def _becomes_ready(folder: Folder, pause: Pause) -> bool:
    """Wait for the server to take connections; False where it ends instead (it may have been shutting down).

    A server that does not listen yet could not be found to be stopped, so until then the wait is not given up.
    """
    conninfo = make_conninfo(host=str(folder.socket_dir), user=Role.APP, dbname="postgres", connect_timeout=5).encode()
    gives_up = time.monotonic() + START_WITHIN_S
    while PGconn.ping(conninfo) != Ping.OK:
        listens = is_listening(folder)
        if not listens and _is_free(folder.home / "server.lock"):
            return False
        if time.monotonic() > gives_up:
            raise EmbeddedError(
                f"The PostgreSQL of {folder.home} takes no connections after {START_WITHIN_S:.0f} s. "
                f"It said:\n{_last_words(folder)}"
            )
        (pause if listens else time.sleep)(POLL_S)
    return True


def _refuse_other_major(folder: Folder) -> None:
    version_file = folder.cluster / "PG_VERSION"
    if not version_file.exists():
        raise EmbeddedError(f"{folder.cluster} is not a PostgreSQL data directory: {version_file} is missing.")
    found = version_file.read_text().strip()
    said = Account(os.geteuid(), os.getegid()).run([program("postgres"), "--version"]).stdout
    ours = said.rpartition(" ")[2].partition(".")[0]
    if found != ours:
        raise EmbeddedError(
            f"{folder.cluster} was made by PostgreSQL {found}, and this version of fleetprompt has PostgreSQL {ours}. "
            "To move it, run `fleetprompt backup FILE` with the version that made it, name an empty folder in "
            "FLEETPROMPT_DATA_DIR, and run `fleetprompt restore FILE` with this one."
        )


def _refuse_stranger(folder: Folder) -> None:
    """A server that somebody started by hand holds none of our locks; leave it and its pid file alone."""
    pid = _recorded_pid(folder)
    with suppress(OSError):
        if pid and Path(f"/proc/{pid}/cwd").samefile(folder.cluster):
            raise EmbeddedError(
                f"A PostgreSQL that fleetprompt did not start (process {pid}) works on {folder.cluster}. Stop it first."
            )


def _recorded_pid(folder: Folder) -> int | None:
    with suppress(FileNotFoundError, ValueError):
        return int((folder.cluster / "postmaster.pid").read_text().partition("\n")[0])
    return None


def _listener(folder: Folder) -> int | None:
    """The pid of the server that listens at the folder's socket, as the kernel knows it, or None.

    It is 0 where the process is in another pid namespace.
    """
    with socket.socket(socket.AF_UNIX) as connection:
        connection.setblocking(False)
        try:
            connection.connect(str(folder.socket_dir / SOCKET_NAME))
        except (FileNotFoundError, ConnectionRefusedError):
            return None
        credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    pid: int = struct.unpack("3i", credentials)[0]
    return pid


def _holders(lock: int) -> set[int]:
    """The other processes that have this lock's file open."""
    wanted = os.fstat(lock)
    found = set()
    for pid in (int(name) for name in os.listdir("/proc") if name.isdigit() and int(name) != os.getpid()):
        with suppress(OSError):
            for descriptor in os.listdir(f"/proc/{pid}/fd"):
                if os.path.samestat(os.stat(f"/proc/{pid}/fd/{descriptor}"), wanted):
                    found.add(pid)
    return found


def _bound_log(folder: Folder) -> None:
    """The server appends, so that a file cut short under its hands simply goes on from there."""
    if folder.log.exists() and folder.log.stat().st_size > LOG_BYTES_MAX:
        os.truncate(folder.log, 0)


def _last_words(folder: Folder) -> str:
    return _tail(folder.log.read_text(errors="replace"))


def _tail(text: str) -> str:
    return "\n".join(text.splitlines()[-LOG_TAIL_LINES:])


def _open_lock(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)


def _lock_within(lock: int, seconds: float, pause: Pause = time.sleep) -> bool:
    gives_up = time.monotonic() + seconds
    while True:
        with suppress(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        if time.monotonic() > gives_up:
            return False
        pause(POLL_S)


def _is_free(path: Path) -> bool:
    lock = _open_lock(path)
    try:
        return _lock_within(lock, 0)
    finally:
        os.close(lock)
