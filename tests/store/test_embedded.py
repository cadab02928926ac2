"""The embedded PostgreSQL with its real programs, real accounts and real kills (spec 7, 9)."""

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
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest

from fleetprompt.store import embedded_folder, embedded_server
from fleetprompt.store.embedded import EmbeddedDatabase, EmbeddedError, Role, acquire, program
from fleetprompt.store.embedded_folder import Account

REPOSITORY = Path(__file__).parents[2]
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
INTRUDER = """
for path in map(Path, sys.argv[1:]):
    try:
        if path.name == ".s.PGSQL.5432":
            socket.socket(socket.AF_UNIX).connect(str(path))
        elif path.suffix or path.name == "PG_VERSION":
            path.open().close()
        else:
            os.listdir(path)
    except PermissionError:
        continue
    print("reached", path)
print("tried", len(sys.argv) - 1)
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


@pytest.fixture(scope="module")
def created_by() -> Iterator[Callable[[str], Creation]]:
    """For each account, one data folder that its processes created."""
    with ExitStack() as places:

        @cache
        def create(account: str) -> Creation:
            return create_at_once(places.enter_context(place(account)) / "data", account)

        yield create


@pytest.fixture(params=[ME, pytest.param("daemon", marks=NEEDS_ROOT)])
def account(request: pytest.FixtureRequest) -> str:
    """Root and an ordinary user; or, where the tests do not run as root, only the user who runs them."""
    name: str = request.param
    skip_unless_runnable_by(name)
    return name


@pytest.fixture
def fresh() -> Iterator[Path]:
    """The path of a data folder that does not exist yet."""
    with place() as folder:
        yield folder / "data"


@pytest.fixture
def stopped(created_by: Callable[[str], Creation]) -> Iterator[Path]:
    """A data folder with a database, whose server does not run, neither before nor after."""
    data_dir = created_by(ME).data_dir
    yield data_dir
    assert not server_pids(data_dir)


@pytest.fixture
def database(stopped: Path) -> Iterator[EmbeddedDatabase]:
    with acquired(stopped) as found:
        yield found


def test_processes_that_create_a_folder_at_once_share_one_server_and_the_last_stops_it(
    created_by: Callable[[str], Creation], account: str
) -> None:
    seen = created_by(account)
    assert len(seen.urls) == 1
    assert len(seen.postmasters) == 2
    assert len(set(seen.postmasters)) == 1
    assert not seen.left_over


def test_what_was_committed_is_there_after_a_stop_and_a_start(
    created_by: Callable[[str], Creation], account: str
) -> None:
    data_dir = created_by(account).data_dir
    for statement in ("CREATE TABLE kept AS SELECT 7 AS seven", "DELETE FROM kept WHERE seven = 7"):
        holder = Holder(data_dir, account)
        with psycopg.connect(holder.urls()["owner"]) as connection:
            assert connection.execute(statement.encode()).rowcount == 1
        holder.release()
        assert not server_pids(data_dir)
        assert "database system is shut down" in (data_dir / "postgres" / "server.log").read_text()


def test_nothing_in_the_data_folder_is_open_to_other_accounts(
    created_by: Callable[[str], Creation], account: str
) -> None:
    data_dir = created_by(account).data_dir
    home = data_dir / "postgres"
    is_root = pwd.getpwnam(account).pw_uid == 0
    assert mode(data_dir) == (0o711 if is_root else 0o700)
    assert mode(home) == (0o710 if is_root else 0o700)
    programs = [*home.glob("programs-*")]
    assert len(programs) == is_root
    own = [path for path in home.rglob("*") if not any(path.is_relative_to(copy) for copy in programs)]
    assert home / "passwords.json" in own
    assert home / "data" / "PG_VERSION" in own
    assert [path for path in own if mode(path) & 0o077] == []
    assert mode(data_dir.parent) == 0o711


def test_a_command_beside_a_running_server_joins_it_and_leaves_it_running(database: EmbeddedDatabase) -> None:
    pid = postmaster(database.data_dir)
    beside = acquire(database.data_dir)
    assert beside.serving_url == database.serving_url
    beside.release()
    beside.release()
    assert postmaster(database.data_dir) == pid
    with psycopg.connect(database.serving_url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_server_outlives_a_killed_process_and_the_next_one_joins_and_stops_it(stopped: Path) -> None:
    holder = Holder(stopped)
    url = holder.urls()["serving"]
    holder.kill()
    pid = postmaster(stopped)
    assert pid in server_pids(stopped)
    with acquired(stopped) as database:
        assert (database.serving_url, postmaster(stopped)) == (url, pid)
    assert not server_pids(stopped)


@contextmanager
def busy_backend(url: str, rows: int) -> Iterator[None]:
    """A session in a computation that never looks whether its postmaster lives."""
    connection = psycopg.connect(url)
    backend = connection.info.backend_pid

    def compute() -> None:
        with suppress(psycopg.OperationalError):
            connection.execute(
                "SELECT FROM generate_series(1, 1000) a, generate_series(1, %s::int) b WHERE md5((a * b)::text) = ''",
                (rows,),
            )

    thread = threading.Thread(target=compute)
    thread.start()
    try:
        wait_until(lambda: "SELECT" in Path(f"/proc/{backend}/cmdline").read_text(), "the backend is busy")
        yield
    finally:
        with suppress(ProcessLookupError):
            os.kill(backend, signal.SIGKILL)
        thread.join()
        connection.close()


@pytest.mark.parametrize(("rows", "patience_s"), [(1_500, 10.0), (1_000_000, 0.2)], ids=["waits", "ends it"])
def test_a_killed_postmaster_is_replaced_once_its_last_backend_is_gone_and_commits_stay(
    stopped: Path, monkeypatch: pytest.MonkeyPatch, rows: int, patience_s: float
) -> None:
    monkeypatch.setattr(embedded_server, "ORPHANS_END_WITHIN_S", patience_s)
    with acquired(stopped) as first, psycopg.connect(first.owner_url) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS commits (at_rows bigint)")
        connection.execute("INSERT INTO commits VALUES (%s)", (rows,))
        connection.commit()
        killed = postmaster(stopped)
        with busy_backend(first.serving_url, rows):
            before = server_pids(stopped)
            os.kill(killed, signal.SIGKILL)
            with acquired(stopped) as second:
                assert not server_pids(stopped) & before
                assert postmaster(stopped) != killed
                with psycopg.connect(second.owner_url) as again:
                    found = again.execute("SELECT count(*) FROM commits WHERE at_rows = %s", (rows,)).fetchone()
                assert found == (1,)


def test_a_user_of_the_database_can_start_a_dead_server_again(database: EmbeddedDatabase) -> None:
    pid = postmaster(database.data_dir)
    database.ensure_running()
    assert postmaster(database.data_dir) == pid
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: pid not in server_pids(database.data_dir), "the postmaster is dead")
    database.ensure_running()
    assert postmaster(database.data_dir) != pid
    with psycopg.connect(database.serving_url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_server_that_is_shutting_down_is_waited_for_and_started_anew(stopped: Path) -> None:
    with acquired(stopped) as database:
        pid = postmaster(stopped)
        last_client = psycopg.connect(database.serving_url)
        os.kill(pid, signal.SIGTERM)  # new clients are turned away, and it ends with the last old one
        wait_until(lambda: "stopping" in (stopped / "postgres/data/postmaster.pid").read_text(), "it is stopping")
        leaves = threading.Timer(0.3, last_client.close)
        leaves.start()
        with acquired(stopped):
            assert postmaster(stopped) != pid
        leaves.join()


def test_a_stale_pid_file_that_names_a_living_process_does_not_stop_the_start(stopped: Path) -> None:
    with acquired(stopped):
        os.kill(postmaster(stopped), signal.SIGKILL)
        wait_until(lambda: not server_pids(stopped), "the server is dead")
    innocent = subprocess.Popen(["sleep", "60"], user=(stopped / "postgres" / "data").stat().st_uid)
    try:
        pid_file = stopped / "postgres" / "data" / "postmaster.pid"
        pid_file.write_text("\n".join([str(innocent.pid), *pid_file.read_text().splitlines()[1:], ""]))
        with acquired(stopped):
            assert postmaster(stopped) != innocent.pid
        assert innocent.poll() is None
    finally:
        innocent.kill()
        innocent.wait()


def test_a_server_that_somebody_started_by_hand_is_left_alone(stopped: Path) -> None:
    folder = embedded_folder.open_folder(stopped)
    postgres = embedded_folder.server_programs(folder) / "postgres"
    folder.account.run(
        [
            "/bin/sh",
            "-c",
            '"$@" >/dev/null 2>&1 &',
            "sh",
            postgres,
            "-D",
            folder.cluster,
            "-k",
            folder.cluster,
            "-h",
            "",
        ]
    )
    pid_file = folder.cluster / "postmaster.pid"
    wait_until(lambda: pid_file.exists() and "ready" in pid_file.read_text(), "the server is ready")
    pid = postmaster(stopped)
    try:
        with pytest.raises(EmbeddedError, match=f"process {pid}"):
            acquire(stopped)
        assert postmaster(stopped) == pid
    finally:
        os.kill(pid, signal.SIGINT)
        wait_until(lambda: not server_pids(stopped), "the server by hand is gone")


def test_an_unreachable_server_is_shut_down_and_started_anew(
    database: EmbeddedDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded_server, "ORPHANS_END_WITHIN_S", 0.2)
    pid = postmaster(database.data_dir)
    (socket_dir(database) / ".s.PGSQL.5432").unlink()
    with acquired(database.data_dir):
        assert postmaster(database.data_dir) != pid


def test_an_interrupted_creation_leaves_nothing_behind_and_is_done_again(fresh: Path) -> None:
    holder = Holder(fresh)
    home = fresh / "postgres"
    wait_until((home / "data.new" / "global").exists, "initdb is at work")
    holder.kill()
    assert not (home / "data").exists()
    with acquired(fresh) as database, psycopg.connect(database.owner_url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    assert not [*home.glob("*.new"), *home.glob("*.password")]


def test_a_creation_interrupted_before_the_roles_exist_is_completed(stopped: Path) -> None:
    with acquired(stopped) as database:
        with psycopg.connect(database.url(Role.SUPERUSER, "postgres"), autocommit=True) as connection:
            connection.execute("DROP DATABASE fleetprompt")
            connection.execute("DROP ROLE fleetprompt_app")
        with acquired(stopped) as completed, psycopg.connect(completed.serving_url) as serving:
            assert serving.execute("SELECT 1").fetchone() == (1,)


def test_nothing_listens_on_tcp(database: EmbeddedDatabase) -> None:
    descriptors = Path(f"/proc/{postmaster(database.data_dir)}/fd").iterdir()
    held = {str(descriptor.readlink()) for descriptor in descriptors}
    sockets = {name.removeprefix("socket:[").removesuffix("]") for name in held if name.startswith("socket:[")}
    assert sockets
    for table in ("tcp", "tcp6", "udp", "udp6"):
        rows = [line.split() for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]]
        assert not sockets & {row[9] for row in rows}, table


@NEEDS_ROOT
@pytest.mark.parametrize("intruder", ["nobody", "daemon"])
def test_another_local_user_can_neither_connect_nor_read_secret_or_data(
    database: EmbeddedDatabase, intruder: str
) -> None:
    home = database.data_dir / "postgres"
    targets = [home, home / "passwords.json", home / "server.log", home / "data", home / "data" / "PG_VERSION"]
    targets += [home / "data" / "base", socket_dir(database), socket_dir(database) / ".s.PGSQL.5432"]
    assert all(path.exists() for path in targets)
    said, errors = python_as(intruder, INTRUDER, *targets).communicate()
    assert (said, errors) == (f"tried {len(targets)}\n", "")


@NEEDS_ROOT
def test_the_server_does_not_run_as_root(database: EmbeddedDatabase) -> None:
    assert Path(f"/proc/{postmaster(database.data_dir)}").stat().st_uid != 0


def test_every_role_needs_its_password_even_at_the_socket(database: EmbeddedDatabase) -> None:
    for role in Role:
        right = database.url(role, "postgres" if role is Role.SUPERUSER else "fleetprompt")
        password = urlsplit(right).password
        assert password
        psycopg.connect(right).close()
        for wrong in (right.replace(f":{password}@", "@"), right.replace(password, password[::-1])):
            with pytest.raises(psycopg.OperationalError, match="password"):
                psycopg.connect(wrong)


def test_the_serving_role_can_neither_create_nor_become_anything(database: EmbeddedDatabase) -> None:
    statements = (
        b"CREATE TABLE mine (id int)",
        b"CREATE TEMPORARY TABLE mine (id int)",
        b"CREATE SCHEMA mine",
        b"CREATE ROLE mine",
        b"CREATE EXTENSION pg_trgm",
        b"SET ROLE fleetprompt_owner",
        b"SET ROLE fleetprompt_superuser",
        b"SET session_replication_role = replica",
        b"ALTER SYSTEM SET fsync = off",
        b"COPY (SELECT 1) TO PROGRAM 'true'",
        b"SELECT pg_read_file('PG_VERSION')",
    )
    with psycopg.connect(database.serving_url, autocommit=True) as connection:
        for statement in statements:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)


def test_the_serving_role_reaches_no_other_database(database: EmbeddedDatabase) -> None:
    for other in ("postgres", "template1"):
        with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
            psycopg.connect(database.url(Role.APP, other))


def test_the_owner_creates_tables_and_the_extensions_but_is_no_superuser(database: EmbeddedDatabase) -> None:
    with psycopg.connect(database.owner_url) as connection:
        connection.execute("CREATE TABLE owned (id int)")
        connection.execute("CREATE EXTENSION pg_trgm")
        connection.execute("CREATE EXTENSION unaccent")
        assert connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone() == (False,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("COPY (SELECT 1) TO PROGRAM 'true'")
        connection.rollback()


def test_the_serving_role_works_under_safe_settings(database: EmbeddedDatabase) -> None:
    expected = {
        "fsync": "on",
        "full_page_writes": "on",
        "synchronous_commit": "on",
        "listen_addresses": "",
        "server_encoding": "UTF8",
        "TimeZone": "UTC",
        "lc_messages": "C",
    }
    with psycopg.connect(database.serving_url) as connection:
        rows = connection.execute("SELECT name, current_setting(name) FROM unnest(%s::text[]) AS name", ([*expected],))
        assert dict(rows.fetchall()) == expected


def test_letters_beyond_ascii_are_folded_and_order_is_by_code_point(database: EmbeddedDatabase) -> None:
    with psycopg.connect(database.serving_url) as connection:
        assert connection.execute("SELECT lower('ÄÖ'), 'a' > 'B'").fetchone() == ("äö", True)


def test_no_password_is_shown_or_logged(database: EmbeddedDatabase) -> None:
    passwords = json.loads((database.data_dir / "postgres" / "passwords.json").read_text()).values()
    assert len(set(passwords)) == len(Role)
    assert all(len(password) >= 32 for password in passwords)
    logged = "".join(path.read_text() for path in (database.data_dir / "postgres").glob("server.log*"))
    arguments = "".join(Path(f"/proc/{pid}/cmdline").read_text() for pid in server_pids(database.data_dir))
    assert logged
    assert not [password for password in passwords if password in repr(database) + logged + arguments]


def test_a_clients_error_is_not_written_to_the_servers_log(database: EmbeddedDatabase) -> None:
    with psycopg.connect(database.serving_url) as connection, pytest.raises(psycopg.errors.InvalidTextRepresentation):
        connection.execute("SELECT 'a-quoted-value'::int")
    assert "a-quoted-value" not in (database.data_dir / "postgres" / "server.log").read_text()


def test_the_log_is_kept_for_one_start_more_and_cut_when_it_grows(
    stopped: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = stopped / "postgres" / "server.log"
    before = log.read_text()
    with acquired(stopped):
        assert log.with_suffix(".log.1").read_text() == before
        monkeypatch.setattr(embedded_server, "LOG_BYTES_MAX", 10)
        with acquired(stopped):
            assert log.stat().st_size == 0
    assert "shut down" in log.read_text()


def test_a_folder_of_another_major_version_is_refused_with_the_commands_that_move_it(stopped: Path) -> None:
    version_file = stopped / "postgres" / "data" / "PG_VERSION"
    ours = version_file.read_text()
    version_file.write_text("15\n")
    try:
        with pytest.raises(EmbeddedError, match=f"PostgreSQL 15,.* PostgreSQL {ours.strip()}") as refused:
            acquire(stopped)
    finally:
        version_file.write_text(ours)
    assert "`fleetprompt backup FILE`" in str(refused.value)
    assert "`fleetprompt restore FILE`" in str(refused.value)


def test_a_server_that_cannot_start_says_why(stopped: Path) -> None:
    configuration = stopped / "postgres" / "data" / "postgresql.conf"
    right = configuration.read_text()
    configuration.write_text(right + "\nno_such_setting = 1\n")
    try:
        with pytest.raises(EmbeddedError, match="no_such_setting"):
            acquire(stopped)
    finally:
        configuration.write_text(right)


@pytest.mark.parametrize("damage", ["missing", "open", "broken"])
def test_a_damaged_password_file_is_named(stopped: Path, damage: str) -> None:
    path = stopped / "postgres" / "passwords.json"
    kept = path.rename(path.with_suffix(".kept"))
    try:
        if damage == "open":
            shutil.copy(kept, path)
            path.chmod(0o640)
        elif damage == "broken":
            path.write_text('{"fleetprompt_app": "x"}')
            path.chmod(0o600)
        with pytest.raises(EmbeddedError, match=r"passwords\.json"):
            acquire(stopped)
    finally:
        kept.rename(path)


@NEEDS_ROOT
def test_a_parent_that_the_servers_account_cannot_cross_is_named_and_left_as_it_is() -> None:
    with place() as folder:
        parent = folder / "closed"
        parent.mkdir(0o700)
        with pytest.raises(EmbeddedError, match=rf"^{parent} cannot be crossed by nobody"):
            acquire(parent / "between" / "data")
        assert mode(parent) == 0o700


@NEEDS_ROOT
def test_a_folder_of_another_account_is_refused() -> None:
    with place("daemon") as folder, pytest.raises(EmbeddedError, match=f"{folder} belongs to daemon"):
        acquire(folder)


@pytest.mark.parametrize("kind", ["sticky", "in use"])
def test_a_folder_that_serves_another_purpose_is_refused_and_keeps_its_mode(fresh: Path, kind: str) -> None:
    fresh.mkdir()
    fresh.chmod(0o1777 if kind == "sticky" else 0o755)
    if kind == "in use":
        (fresh / "photographs").mkdir()
    before = mode(fresh)
    with pytest.raises(EmbeddedError, match="another purpose"):
        acquire(fresh)
    assert mode(fresh) == before


@pytest.mark.parametrize("holds", [(), ("keys",), ("demo",)])
def test_a_folder_with_nothing_but_ours_in_it_is_taken_and_closed_to_others(fresh: Path, holds: Sequence[str]) -> None:
    fresh.mkdir()
    fresh.chmod(0o755)
    for name in holds:
        (fresh / name).mkdir()
    embedded_folder.open_folder(fresh)
    assert mode(fresh) == (0o711 if IS_ROOT else 0o700)


def test_a_file_where_the_folder_should_be_is_named(fresh: Path) -> None:
    fresh.write_text("")
    with pytest.raises(EmbeddedError, match=str(fresh)):
        acquire(fresh)


def test_a_folder_moved_to_a_long_and_odd_path_works_by_a_short_private_socket_folder(stopped: Path) -> None:
    data_dir = stopped.parent / "a, b & 'ç'" / ("long" * 30)
    data_dir.parent.mkdir(0o711)
    stopped.rename(data_dir)
    try:
        with acquired(data_dir) as database:
            short = socket_dir(database)
            assert len(os.fsencode(short / ".s.PGSQL.5432")) <= 107
            assert mode(short) == 0o700
            assert mode(short.parent) == (0o710 if IS_ROOT else 0o700)
            with psycopg.connect(database.serving_url) as connection:
                assert connection.execute("SELECT 1").fetchone() == (1,)
        shutil.rmtree(short.parent)
    finally:
        data_dir.rename(stopped)
        data_dir.parent.rmdir()


def test_a_folder_moved_under_its_running_server_is_refused(database: EmbeddedDatabase) -> None:
    moved = database.data_dir.with_name("moved")
    database.data_dir.rename(moved)
    try:
        with pytest.raises(EmbeddedError, match="before the folder was moved"):
            acquire(moved)
    finally:
        moved.rename(database.data_dir)
    with psycopg.connect(database.serving_url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


@pytest.mark.parametrize("trap", ["open", "link", "file", pytest.param("foreign", marks=NEEDS_ROOT)])
def test_a_short_socket_folder_that_others_could_have_made_is_refused(trap: str) -> None:
    with place() as folder:
        data_dir = folder / ("long" * 30)
        short = embedded_folder.open_folder(data_dir).socket_dir.parent
        shutil.rmtree(short)
        if trap == "link":
            (folder / "elsewhere").mkdir(0o700)
            short.symlink_to(folder / "elsewhere")
        elif trap == "file":
            short.write_text("")
        else:
            short.mkdir(0o700)
        if trap == "open":
            short.chmod(0o777)
        if trap == "foreign":
            shutil.chown(short, "daemon")
        try:
            with pytest.raises(EmbeddedError, match=f"{short} is in the way"):
                acquire(data_dir)
        finally:
            if short.is_dir() and not short.is_symlink():
                short.rmdir()
            else:
                short.unlink()


def test_programs_of_the_package_are_found_by_name() -> None:
    said = subprocess.run([program("pg_dump"), "--version"], capture_output=True, text=True, check=True).stdout
    assert said.startswith("pg_dump (PostgreSQL)")
    with pytest.raises(EmbeddedError, match="FLEETPROMPT_DATABASE_URL"):
        program("no_such_program")
