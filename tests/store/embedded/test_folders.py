"""The data folders that the embedded PostgreSQL takes, refuses and finds again (spec 7, 9)."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import psycopg
import pytest

from fleetprompt.store import embedded_folder
from fleetprompt.store.embedded import EmbeddedDatabase, EmbeddedError, acquire, program
from tests.store.embedded.clusters import (
    IS_ROOT,
    NEEDS_ROOT,
    Creation,
    acquired,
    mode,
    place,
    socket_dir,
)


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
