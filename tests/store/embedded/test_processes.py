"""The embedded PostgreSQL with its real programs and real kills: who starts it, joins it, and stops it (spec 7)."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest

from fleetprompt.store import embedded_folder, embedded_server
from fleetprompt.store.embedded import EmbeddedDatabase, EmbeddedError, Role, acquire
from tests.store.embedded.clusters import (
    Creation,
    Holder,
    acquired,
    postmaster,
    server_pids,
    socket_dir,
    wait_until,
)


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
