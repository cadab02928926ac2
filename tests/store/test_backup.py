"""The programs of PostgreSQL that a backup runs, and what they say (spec 7)."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from fleetprompt.store import backup

MANIFEST = backup.Manifest(1, "0.1.0", "0003", 15, {})
URL = "postgresql://somebody@/nowhere"


@pytest.fixture
def talkative(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stands for PostgreSQL's programs: each says more than a pipe holds before it does anything."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("pg_dump", "pg_restore"):
        script = folder / name
        script.write_text(
            f'#!/bin/sh\n[ "$1" = --version ] && exec echo "{name} (PostgreSQL) 15.4"\n'
            "head -c 200000 /dev/zero | tr '\\0' w >&2\n"
            f"{'printf rows' if name == 'pg_dump' else 'cat > $0.loaded'}\n"
        )
        script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    return folder


def test_warnings_of_any_length_hold_up_neither_a_backup_nor_a_restore(talkative: Path, tmp_path: Path) -> None:
    file = tmp_path / "a.backup"
    assert backup.write(file, URL, "snapshot", MANIFEST) == file.stat().st_size
    assert backup.read_manifest(file) == MANIFEST
    backup.load(file, URL, 15)
    assert (talkative / "pg_restore.loaded").read_bytes() == b"rows"


def test_what_a_program_that_failed_said_is_told(talkative: Path, tmp_path: Path) -> None:
    (talkative / "pg_dump").write_text(
        '#!/bin/sh\n[ "$1" = --version ] && exec echo "(PostgreSQL) 15.4"\necho no >&2\nexit 1\n'
    )
    file = tmp_path / "a.backup"
    with pytest.raises(backup.BackupError, match="pg_dump failed: no"):
        backup.write(file, URL, "snapshot", MANIFEST)
    assert [each.name for each in tmp_path.iterdir()] == ["bin"], "complete or not at all"
