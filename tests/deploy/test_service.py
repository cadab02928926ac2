"""The systemd unit and the Containerfile: sound, unprivileged, and a server that needs nothing to write to (spec 7)."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from typing import Final

import httpx
import pytest
from sqlalchemy.engine import make_url

from fleetprompt.commands.supervisor import Patience
from tests.support.databases import Database, Run
from tests.support.environment import environment
from tests.support.servers import ADDRESS, READY_WITHIN_S, ROOT, STOP_WITHIN_S

UNIT: Final = ROOT / "deploy" / "systemd" / "fleetprompt.service"
CONTAINERFILE: Final = ROOT / "Containerfile"
EXPOSURE_MAX: Final = "25"  # tenths of what systemd-analyze says; 10.0 is no protection at all
NOBODY: Final = "65534"
# A read-only copy of the whole file system, with /proc, /dev and one folder to write to, and an account without powers.
# Where the interpreter lies in a folder that others cannot cross, it is mounted again on a way that they can.
SANDBOX: Final = """
set -e
mount --make-rprivate /
mount --bind / "$1" && mount -o remount,bind,ro "$1"
mount --rbind /proc "$1/proc" && mount --rbind /dev "$1/dev" && mount -t tmpfs -o mode=1777 tmpfs "$1/mnt"
[ -z "$2" ] || {{ mount -t tmpfs -o mode=755 tmpfs "$1$2" && mkdir -p "$1$3" && mount --bind "$3" "$1$3"; }}
root="$1" && shift 3
exec chroot --userspec={user}:{group} "$root" "$@"
"""

needs_systemd = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")


def systemd_analyze(folder: Path, *arguments: str) -> str:
    """What systemd says of the unit, with a program that there is in the place of the installed one."""
    unit = folder / UNIT.name
    unit.write_text(re.sub(r"(?m)^ExecStart=\S+", "ExecStart=/bin/true", UNIT.read_text()))
    done = subprocess.run(
        ["systemd-analyze", *arguments, str(unit)], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@needs_systemd
def test_systemd_accepts_the_unit_and_finds_little_exposed(tmp_path: Path) -> None:
    assert systemd_analyze(tmp_path, "verify") == ""
    systemd_analyze(tmp_path, "security", "--offline=true", f"--threshold={EXPOSURE_MAX}", "--no-pager")


def test_the_unit_runs_an_unprivileged_account_on_a_read_only_root_and_waits_for_a_drain() -> None:
    unit = dict(line.split("=", 1) for line in UNIT.read_text().splitlines() if re.match(r"[A-Z]\w+=", line))
    assert unit["User"] == "fleetprompt"
    assert unit["ProtectSystem"] == "strict"
    assert unit["KillMode"] == "mixed"
    assert (unit["Type"], unit["TimeoutStartSec"], unit["LimitCORE"]) == ("notify", "infinity", "0")
    assert Patience().silence_s < int(unit["WatchdogSec"]) < int(unit["TimeoutStopSec"])
    command = re.fullmatch(r"\S+/fleetprompt serve --workers (\d+)", unit["ExecStart"])
    assert command is not None
    assert int(unit["TimeoutStopSec"]) > 15 * int(command[1])


def test_hadolint_finds_nothing_in_the_containerfile() -> None:
    linter = Path(sys.executable).parent / "hadolint"
    if not linter.exists():
        pytest.skip("hadolint is not installed")
    done = subprocess.run([linter, CONTAINERFILE], capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout == ""
    assert done.returncode == 0


def instructions() -> list[tuple[str, str]]:
    """Each instruction of the Containerfile with what follows it, its continued lines joined."""
    text = re.sub(r"(?m)^#.*\n", "", CONTAINERFILE.read_text()).replace("\\\n", " ")
    return [(name, rest.strip()) for name, rest in re.findall(r"(?m)^([A-Z]+) (.*)$", text)]


def test_the_image_runs_as_an_account_without_privileges_and_fetches_nothing_unpinned() -> None:
    (user,) = [rest for name, rest in instructions() if name == "USER"]
    assert int(user) > 0
    assert not [rest for name, rest in instructions() if name == "ADD"]
    installs = [rest for name, rest in instructions() if name == "RUN" and "pip install" in rest]
    assert all("--require-hashes" in rest or "--no-deps" in rest for rest in installs)


def test_from_what_the_image_copies_the_whole_package_is_built(tmp_path: Path) -> None:
    for _, rest in [each for each in instructions() if each[0] == "COPY" and "--from" not in each[1]]:
        *sources, target = rest.split()
        for source in sources:
            if (ROOT / source).is_dir():
                shutil.copytree(ROOT / source, tmp_path / target, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(ROOT / source, tmp_path / target)
    build = [sys.executable, "-m", "uv", "build", "--quiet", "--system-certs", "--wheel", "--out-dir", str(tmp_path)]
    done = subprocess.run(build, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    (wheel,) = tmp_path.glob("*.whl")
    built = set(zipfile.ZipFile(wheel).namelist())
    assert {"fleetprompt/__main__.py", "fleetprompt/migrations/env.py"} <= built


@pytest.mark.slow
def test_it_serves_as_nobody_on_a_read_only_file_system_and_drains(
    database: Database, run: Run, tmp_path: Path
) -> None:
    script = SANDBOX.format(user=NOBODY, group=group_of(database))
    sandbox = [
        "unshare",
        "--mount",
        "sh",
        "-c",
        script,
        "sh",
        str(tmp_path),
        closed_above(sys.base_prefix),
        sys.base_prefix,
    ]
    tried = subprocess.run(
        [*sandbox, sys.executable, "-c", ""], capture_output=True, text=True, timeout=30, check=False
    )
    if tried.returncode != 0:
        pytest.skip(f"this account cannot make a sandbox: {tried.stderr.strip()}")
    variables = environment(database, Path("/mnt/data")) | {
        "TMPDIR": "/mnt",
        "PATH": "/usr/sbin:/usr/bin:/bin",
        "HOME": "/mnt",
    }
    command = [sys.executable, "-P", "-m", "fleetprompt", "serve", "--workers", "2", "--port", "0"]
    output = run.folder / "logs" / "sandbox.out"
    with output.open("wb") as told:
        process = subprocess.Popen([*sandbox, *command], env=variables, stdout=told, stderr=subprocess.STDOUT)
    try:
        url = announced(process, output)
        assert httpx.get(f"{url}/readyz", timeout=READY_WITHIN_S, trust_env=False).is_success, output.read_text()
        status = Path(f"/proc/{process.pid}/status").read_text()
        assert f"Uid:\t{NOBODY}\t{NOBODY}\t{NOBODY}\t{NOBODY}\n" in status
        assert "CapEff:\t0000000000000000\n" in status
        process.send_signal(signal.SIGTERM)
        assert process.wait(2 * STOP_WITHIN_S) == 0
    finally:
        process.kill()
        process.wait()


def group_of(database: Database) -> int:
    """The group that may cross the folders to the database's socket, or any where it is reached otherwise."""
    host = make_url(database.serving_url).query.get("host", "")
    return Path(host).stat().st_gid if isinstance(host, str) and host.startswith("/") else int(NOBODY)


def closed_above(path: str) -> str:
    """The first folder on the way to a path that others cannot cross, or nothing."""
    return next((str(each) for each in reversed(Path(path).parents) if not each.stat().st_mode & 0o001), "")


def announced(process: subprocess.Popen[bytes], output: Path) -> str:
    """Where the server says that it is."""
    give_up_at = time.monotonic() + READY_WITHIN_S
    while not (found := ADDRESS.search(output.read_text())):
        assert process.poll() is None, output.read_text()
        assert time.monotonic() < give_up_at
        time.sleep(0.05)
    return found[0]
