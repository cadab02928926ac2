"""Data folders of the embedded PostgreSQL, and the processes and accounts that use them."""

from __future__ import annotations

import json
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from fleetprompt.store.embedded import EmbeddedDatabase, acquire, program
from fleetprompt.store.embedded_folder import Account

REPOSITORY = Path(__file__).parents[3]
IS_ROOT = os.geteuid() == 0
ME = pwd.getpwuid(os.geteuid()).pw_name
NEEDS_ROOT = pytest.mark.skipif(not IS_ROOT, reason="only root can act as another local user")
BECOME = """
import json, os, pwd, socket, sys
from pathlib import Path
import fleetprompt.store.embedded

account = pwd.getpwnam(sys.argv.pop(1))
if account.pw_uid != os.geteuid():
    os.setgroups([])
    os.setgid(account.pw_gid)
    os.setuid(account.pw_uid)
"""
HOLDER = """
database = fleetprompt.store.embedded.acquire(Path(sys.argv[1]))
print(json.dumps({"serving": database.serving_url, "owner": database.owner_url}), flush=True)
sys.stdin.readline()
database.release()
"""


def python_as(account: str, script: str, *arguments: Path) -> subprocess.Popen[str]:
    """Run a script as a local account, which it becomes once it has imported what that account may not reach."""
    return subprocess.Popen(
        [sys.executable, "-c", BECOME + script, account, *map(str, arguments)],
        cwd="/",
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(REPOSITORY), "PYTHONDONTWRITEBYTECODE": "1"},
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def skip_unless_runnable_by(account: str) -> None:
    """An ordinary user runs PostgreSQL from where the package is installed, which root's home would deny."""
    who = pwd.getpwnam(account)
    tried = Account(who.pw_uid, who.pw_gid).run(["/bin/sh", "-c", '[ -x "$1" ]', "sh", program("postgres")])
    if tried.returncode:
        pytest.skip(f"{account} cannot reach {program('postgres')}")


class Holder:
    """A process of its own that uses the database until it is told to release it, or is killed."""

    def __init__(self, data_dir: Path, account: str = ME) -> None:
        self.process = python_as(account, HOLDER, data_dir)

    def urls(self) -> dict[str, str]:
        assert self.process.stdout
        assert self.process.stderr
        line = self.process.stdout.readline()
        assert line, self.process.stderr.read()
        found: dict[str, str] = json.loads(line)
        return found

    def release(self) -> None:
        _, said = self.process.communicate("\n", timeout=30)
        assert (self.process.returncode, said) == (0, "")

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


def server_pids(data_dir: Path) -> set[int]:
    """Every live PostgreSQL process of a folder: they all work inside the cluster."""
    found = set()
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if (entry / "cwd").readlink().is_relative_to(data_dir.resolve() / "postgres"):
                found.add(int(entry.name))
    return found


def postmaster(data_dir: Path) -> int:
    return int((data_dir / "postgres" / "data" / "postmaster.pid").read_text().splitlines()[0])


def wait_until(condition: Callable[[], object], what: str) -> None:
    gives_up = time.monotonic() + 15
    while not condition():
        assert time.monotonic() < gives_up, f"waited in vain until {what}"
        time.sleep(0.005)


def socket_dir(database: EmbeddedDatabase) -> Path:
    return Path(parse_qs(urlsplit(database.serving_url).query)["host"][0])


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def memory_if_possible() -> Path | None:
    """Where killed processes lose no more than on a disk, and nothing waits for one; None for the default place."""
    memory = Path("/dev/shm")
    with suppress(OSError):
        if not os.statvfs(memory).f_flag & os.ST_NOEXEC and shutil.disk_usage(memory).free > 2**30:
            return memory if os.access(memory, os.W_OK) else None
    return None


@contextmanager
def place(account: str = ME) -> Iterator[Path]:
    """A folder that every account can cross, which pytest's own is not; nothing may be left running in it."""
    folder = Path(tempfile.mkdtemp(prefix="fleetprompt-test-", dir=memory_if_possible())).resolve()
    folder.chmod(0o711)
    if account != ME:
        shutil.chown(folder, account)
    try:
        yield folder
        left = {pid for path in folder.iterdir() if path.is_dir() for pid in server_pids(path)}
        assert not left, "a server outlived its last user"
    finally:
        for path in folder.iterdir():
            for pid in server_pids(path):
                os.kill(pid, signal.SIGKILL)
        shutil.rmtree(folder)


@contextmanager
def acquired(data_dir: Path) -> Iterator[EmbeddedDatabase]:
    database = acquire(data_dir)
    try:
        yield database
    finally:
        database.release()


@dataclass
class Creation:
    """What was seen while several processes of an account created a data folder at the same instant and left it."""

    data_dir: Path
    urls: set[str]
    postmasters: list[int]
    left_over: set[int]


def create_at_once(data_dir: Path, account: str) -> Creation:
    holders = [Holder(data_dir, account) for _ in range(2)]
    urls = {holder.urls()["serving"] for holder in holders}
    postmasters = []
    for holder in holders:
        postmasters.append(postmaster(data_dir))
        assert postmasters[-1] in server_pids(data_dir)
        holder.release()
    return Creation(data_dir, urls, postmasters, server_pids(data_dir))
