"""What each theme finds, given what was seen (spec 7, 9)."""

from __future__ import annotations

import base64
import io
from pathlib import Path
from typing import Any

import msgspec
import pytest
from rich.console import Console

from fleetprompt.commands.doctor import disk, exposure, files, keys, roles, timing
from fleetprompt.commands.doctor.report import Finding, Report, Theme, unknown
from fleetprompt.jobs import JOBS
from fleetprompt.runtime.job_runs import JobRun
from fleetprompt.runtime.key_versions import KeysInUse
from fleetprompt.runtime.processes import LiveProcess
from fleetprompt.secrets import KeyRing
from fleetprompt.settings import Settings, load
from fleetprompt.store.grants import GRANTS
from fleetprompt.store.inspection import Privileges, Role

NOW_MS = 1_795_000_000_000
KEYS = f"v1:{base64.b64encode(bytes(32)).decode()}"
SERVING = Role("fp_app", owns=[], powers=[])


def settings_of(data_dir: Path, **given: str) -> Settings:
    variables = {"DATA_DIR": str(data_dir), **given}
    return load({f"FLEETPROMPT_{name}": value for name, value in variables.items()})


def granted() -> dict[str, Privileges]:
    """The privileges that are just the grants."""
    return {
        table: Privileges(table, True, grant.insert, grant.delete, list(grant.update), [])
        for table, grant in GRANTS.items()
    }


def problems(theme: Theme) -> list[str]:
    assert all(finding.fix for finding in theme.findings)
    return [finding.problem for finding in theme.findings]


def test_a_role_with_just_its_grants_is_sound() -> None:
    assert problems(roles.look(SERVING, granted())) == []


@pytest.mark.parametrize(
    ("table", "change", "told"),
    [
        ("audit_events", {"delete": True}, "delete is granted"),
        ("audit_events", {"update": ["summary"]}, "update of summary is granted"),
        ("audit_events", {"others": ["TRUNCATE"]}, "truncate is granted"),
        ("sessions", {"insert": False}, "insert is missing"),
        ("sessions", {"select": False}, "select is missing"),
        ("api_keys", {"update": []}, "update of revoked_at_ms is missing"),
    ],
)
def test_each_difference_from_the_grants_is_told(table: str, change: dict[str, Any], told: str) -> None:
    held = granted()
    held[table] = msgspec.structs.replace(held[table], **change)
    assert problems(roles.look(SERVING, held)) == [f"On {table} the grants are not as they should be: {told}."]


def test_a_table_that_no_grant_knows_and_one_that_is_not_there_are_told() -> None:
    held = granted() | {"secrets": Privileges("secrets", True, False, False, [], [])}
    del held["reports"]
    assert problems(roles.look(SERVING, held)) == [
        "The table reports is not there.",
        "On secrets the grants are not as they should be: select is granted.",
    ]


def test_a_role_that_owns_tables_is_told_once_and_its_powers_beside() -> None:
    owner = Role("fp_owner", owns=list(GRANTS), powers=["CREATEROLE"])
    assert problems(roles.look(owner, {})) == [
        "fp_owner has CREATEROLE.",
        f"fp_owner owns {len(GRANTS)} tables, so no grant and no revocation binds it.",
    ]


@pytest.mark.parametrize(("ahead_ms", "found"), [(2_000, 0), (-2_000, 0), (2_001, 1), (-2_001, 1)])
def test_clocks_may_differ_by_two_seconds(ahead_ms: int, found: int) -> None:
    assert len(timing.look_at_clock(NOW_MS + ahead_ms, NOW_MS).findings) == found


@pytest.mark.parametrize(("late_ms", "found"), [(0, 0), (1, 1)])
def test_a_job_is_late_after_three_periods(late_ms: int, found: int) -> None:
    job, *others = JOBS
    last_ms = NOW_MS - 3 * job.period_s * 1000 - late_ms
    runs = [JobRun(other.name, NOW_MS, NOW_MS, 1) for other in others]
    theme = timing.look_at_jobs(JOBS, [JobRun(job.name, last_ms, last_ms, 1), *runs], None, NOW_MS)
    assert len(theme.findings) == found
    assert all(f"{job.name} last ended well" in problem for problem in problems(theme))


def test_a_job_that_never_ran_is_late_three_periods_after_the_database_was_first_used() -> None:
    (job, *_) = JOBS
    patience_ms = 3 * job.period_s * 1000
    assert timing.look_at_jobs([job], [], NOW_MS - patience_ms, NOW_MS).findings == ()
    assert timing.look_at_jobs([job], [], None, NOW_MS).findings == ()
    theme = timing.look_at_jobs([job], [], NOW_MS - patience_ms - 1, NOW_MS)
    assert problems(theme) == [f"{job.name} never ended well; it should run every {job.period_s} s."]


def test_on_a_public_address_generated_keys_no_limits_and_the_owner_are_each_told(tmp_path: Path) -> None:
    owner = Role("fp_owner", owns=["users"], powers=[])
    public = {"PUBLIC_URL": "https://market.example"}
    careless = settings_of(tmp_path, RATE_LIMITS="off", **public)
    assert [told.partition(" ")[0] for told in problems(exposure.look(careless, owner))] == ["The", "A", "A"]
    careful = settings_of(tmp_path, MASTER_KEYS=KEYS, **public)
    assert problems(exposure.look(careful, SERVING)) == []
    assert problems(exposure.look(settings_of(tmp_path, RATE_LIMITS="off"), owner)) == []


def test_files_that_others_may_read_are_told(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    secret = tmp_path / "postgres" / "passwords.json"
    for path in (settings.key_ring_path, secret):
        path.parent.mkdir(mode=0o700)
        path.write_text("secret")
        path.chmod(0o600)
    tmp_path.chmod(0o700)
    assert problems(files.look(settings)) == []
    settings.key_ring_path.chmod(0o640)
    settings.key_ring_path.parent.chmod(0o755)
    secret.chmod(0o604)
    tmp_path.chmod(0o777)
    assert problems(files.look(settings)) == [
        f"{settings.key_ring_path.parent} has mode 0755.",
        f"{settings.key_ring_path} is open to other accounts (mode 0640).",
        f"{tmp_path} has mode 0777.",
        f"{secret} is open to other accounts (mode 0604).",
    ]
    assert stat_of(settings.key_ring_path) == 0o640, "looking changes nothing"


def stat_of(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_what_is_not_there_is_told_and_not_made(tmp_path: Path) -> None:
    missing = settings_of(tmp_path / "nowhere")
    assert problems(files.look(missing)) == [f"{tmp_path / 'nowhere'} is not there."]
    assert not missing.data_dir.exists()
    empty = settings_of(tmp_path, DATABASE_URL="postgresql://fp_app@db/fp")
    assert problems(files.look(empty)) == [f"There is no key ring at {empty.key_ring_path}."]
    elsewhere = settings_of(tmp_path / "nowhere", DATABASE_URL="postgresql://fp_app@db/fp", MASTER_KEYS=KEYS)
    assert problems(files.look(elsewhere)) == []


def test_a_report_is_well_only_when_everything_was_looked_at() -> None:
    sound = Theme("Files", "here")
    assert Report((sound,)).is_well
    assert not Report((sound, unknown("Jobs", "not looked at"))).is_well
    broken = Report((sound, Theme("Keys", "v1 signs", (Finding("No [v2].", "Add [it]."),))))
    assert (broken.is_well, broken.findings) == (False, 1)
    written = io.StringIO()
    broken.show(Console(highlight=False, width=60, file=written))
    told = written.getvalue()
    assert "✓ Files  here" in told
    assert "No [v2]." in told
    assert "→ Add [it]." in told
    assert "1 finding." in told


@pytest.mark.parametrize(
    ("free", "total", "found"),
    [(2_000_000_000, 10_000_000_000, 0), (999_999_999, 10_000_000_000, 1), (2_000_000_000, 100_000_000_000, 1)],
)
def test_a_disk_that_is_nearly_full_is_told(free: int, total: int, found: int) -> None:
    assert len(problems(disk.judged("/var/lib/fleetprompt", total, total - free, free))) == found


def test_a_servers_disk_is_not_looked_at(tmp_path: Path) -> None:
    server = settings_of(tmp_path, DATABASE_URL="postgresql://fp_app@db.example/fp")
    assert disk.look(server) == Theme("Disk", "the database's is its server's")
    assert disk.look(settings_of(tmp_path / "not" / "there")).state == "sound"


def test_a_process_that_signs_with_another_key_is_told(tmp_path: Path) -> None:
    ring = KeyRing.generate()
    unused = KeysInUse([], [], [], [], [], [], [], None)
    behind = LiveProcess("serve", "two", 7, ["v2", "v1"], NOW_MS, 0, 60_000)
    abreast = LiveProcess("serve", "one", 6, ["v1"], NOW_MS, 0, 60_000)
    theme = keys.look(settings_of(tmp_path), ring, unused, [abreast, behind])
    assert problems(theme) == ["serve on two (process 7) signs with v2, and this ring with v1."]
