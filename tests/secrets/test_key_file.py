from __future__ import annotations

import multiprocessing
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from fleetprompt.secrets import KeyRing, KeyRingError, load_or_create, rewrite

NOBODY = 65534
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another account")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "keys" / "master_keys"


def together(count: int, work: Callable[[], object]) -> None:
    """Run `work` in that many processes, which begin at the same moment."""
    fork = multiprocessing.get_context("fork")
    gate = fork.Barrier(count)

    def run() -> None:
        gate.wait()
        work()

    processes = [fork.Process(target=run) for _ in range(count)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(20)
    assert [process.exitcode for process in processes] == [0] * count


def test_a_ring_is_created_once_for_its_owner_alone(path: Path) -> None:
    before = os.umask(0)
    try:
        ring = load_or_create(path)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert load_or_create(path).fingerprints == ring.fingerprints
    assert [file.name for file in path.parent.iterdir()] == ["master_keys"]


def test_processes_that_start_at_once_agree_on_one_ring(path: Path, tmp_path: Path) -> None:
    def work() -> None:
        (tmp_path / str(os.getpid())).write_text(load_or_create(path).fingerprints["v1"])

    together(8, work)
    seen = [file.read_text() for file in tmp_path.iterdir() if file.is_file()]
    assert seen == [load_or_create(path).fingerprints["v1"]] * 8


def test_changes_made_at_once_are_all_kept(path: Path) -> None:
    load_or_create(path)
    together(6, lambda: rewrite(path, KeyRing.added))
    assert load_or_create(path).versions == tuple(f"v{number}" for number in range(1, 8))


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o610, 0o601])
def test_a_file_that_others_may_touch_is_refused(path: Path, mode: int) -> None:
    load_or_create(path)
    path.chmod(mode)
    with pytest.raises(KeyRingError, match="chmod 600"):
        load_or_create(path)
    with pytest.raises(KeyRingError, match="chmod 600"):
        rewrite(path, KeyRing.added)


@pytest.mark.parametrize("content", [b"", b"\n", b"v1:short\n", b"\xff\xfe", b"\0" * 100])
def test_a_damaged_file_is_told_and_never_replaced(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True)
    path.touch(mode=0o600)
    path.write_bytes(content)
    with pytest.raises(KeyRingError, match="is not a key ring: "):
        load_or_create(path)
    with pytest.raises(KeyRingError, match="is not a key ring: "):
        rewrite(path, KeyRing.added)
    assert path.read_bytes() == content


def test_a_rewritten_file_is_as_private_as_before(path: Path) -> None:
    first = load_or_create(path)
    returned = rewrite(path, lambda ring: ring.added().promoted("v2"))
    assert returned.versions == load_or_create(path).versions == ("v2", "v1")
    assert load_or_create(path).fingerprints["v1"] == first.fingerprints["v1"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_change_that_is_refused_changes_nothing(path: Path) -> None:
    load_or_create(path)
    before = path.read_bytes()
    with pytest.raises(KeyRingError, match="v1 signs"):
        rewrite(path, lambda ring: ring.retired("v1"))
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == ["master_keys"]


def test_what_a_crash_left_half_written_is_not_in_the_way(path: Path) -> None:
    path.parent.mkdir(parents=True)
    path.with_name("master_keys.new").write_text("v1:AAAA")
    ring = load_or_create(path)
    assert rewrite(path, KeyRing.added).fingerprints["v1"] == ring.fingerprints["v1"]
    assert [file.name for file in path.parent.iterdir()] == ["master_keys"]


def test_a_ring_that_is_not_there_is_not_made_by_rewriting(path: Path) -> None:
    with pytest.raises(KeyRingError, match="there is no key ring"):
        rewrite(path, KeyRing.added)
    assert not path.exists()


def test_a_place_that_cannot_hold_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(KeyRingError, match="cannot be read: Not a directory"):
        load_or_create(tmp_path / "file" / "master_keys")
    with pytest.raises(KeyRingError, match="cannot be written"):
        load_or_create(Path("/proc/fleetprompt/master_keys"))
    with pytest.raises(KeyRingError, match="Is a directory"):
        load_or_create(tmp_path)


@as_root
def test_another_account_is_refused_in_words(path: Path) -> None:
    load_or_create(path)

    def work() -> None:
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
        with pytest.raises(KeyRingError, match="cannot be read: Permission denied"):
            load_or_create(path)

    together(1, work)


@as_root
def test_root_leaves_a_service_accounts_file_to_that_account(path: Path) -> None:
    load_or_create(path)
    os.chown(path, NOBODY, NOBODY)
    rewrite(path, KeyRing.added)
    assert (path.stat().st_uid, path.stat().st_gid) == (NOBODY, NOBODY)
