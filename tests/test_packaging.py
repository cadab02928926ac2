"""What is installed from a wheel works without a checkout (spec 7)."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[1]


def run(*command: str, folder: Path, **variables: str) -> str:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("FLEETPROMPT_")}
    done = subprocess.run(
        command, cwd=folder, env={**environment, **variables}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of what is built from: building writes beside it."""
    copy = tmp_path / "checkout"
    copy.mkdir()
    for name in ("fleetprompt", "migrations"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "setup.py", "README.md"):
        shutil.copy(ROOT / name, copy)
    return copy


@pytest.mark.slow
def test_an_installed_package_brings_its_migrations_and_can_run_them(checkout: Path, tmp_path: Path) -> None:
    uv = (sys.executable, "-m", "uv")
    code = [file.relative_to(checkout) for file in (checkout / "fleetprompt").rglob("*") if file.is_file()]
    scripts = [file.relative_to(checkout) for file in (checkout / "migrations").rglob("*.py")]
    run(*uv, "build", "--quiet", "--system-certs", "--wheel", "--out-dir", str(tmp_path), folder=checkout)
    (wheel,) = tmp_path.glob("*.whl")
    installed = tmp_path / "installed"
    run(*uv, "pip", "install", "--quiet", "--no-deps", "--target", str(installed), str(wheel), folder=tmp_path)
    for file in (*code, *(Path("fleetprompt") / script for script in scripts)):
        assert (installed / file).is_file(), file
    command = (sys.executable, "-m", "fleetprompt", "migrate", "--print-sql")
    told = run(*command, folder=tmp_path, PYTHONPATH=str(installed))
    assert "CREATE TABLE listings" in told
    assert 'grant select on "alembic_version" to "fleetprompt_app"' in told
