"""`fleetprompt doctor` on real databases: sound ones, and each way of being unsound (spec 7)."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner, Result
from psycopg import sql

from fleetprompt.__main__ import main
from fleetprompt.clock import SystemClock
from fleetprompt.jobs import JOBS
from fleetprompt.runtime.processes import this_host
from fleetprompt.store import inspection
from fleetprompt.store.guards import TRIGGERS
from tests.support.contents import unchanged
from tests.support.databases import Database, Run
from tests.support.environment import environment
from tests.support.keys import master_keys
from tests.support.redis_server import running_redis


class Patient:
    """An instance on a database of its own, whose jobs have just run."""

    def __init__(self, database: Database, data_dir: Path) -> None:
        self.database = database
        self._data_dir = data_dir

    @property
    def variables(self) -> Mapping[str, str | None]:
        """Its environment."""
        return environment(self.database, self._data_dir, RATE_LIMITS="default")

    def doctor(self, *arguments: str, **settings: str) -> Result:
        given = {f"FLEETPROMPT_{name}": value for name, value in settings.items()}
        return CliRunner().invoke(main, ["doctor", *arguments], env={**self.variables, **given})

    def report(self, **settings: str) -> dict[str, Any]:
        """The themes by name; the exit code is what they say it is."""
        result = self.doctor("--json", **settings)
        document = msgspec.json.decode(result.stdout)
        assert result.exit_code == (0 if document["ok"] else 1), result.output
        assert document["ok"] == all(theme["state"] == "sound" for theme in document["themes"])
        return {theme["name"]: theme for theme in document["themes"]}

    def findings(self, **settings: str) -> dict[str, list[str]]:
        """The problems of each theme that has any."""
        themes = self.report(**settings).items()
        return {
            name: [finding["problem"] for finding in theme["findings"]] for name, theme in themes if theme["findings"]
        }


@pytest.fixture
def patient(empty_database: Database, run: Run) -> Patient:
    now_ms = SystemClock().now_ms()
    for job in JOBS:
        empty_database.change("insert into job_runs values (%s, %s, %s, 1)", job.name, now_ms, now_ms)
    return Patient(empty_database, run.folder)


def test_a_sound_instance_is_well_and_nothing_of_it_changes(patient: Patient) -> None:
    with unchanged(patient.database):
        result = patient.doctor()
    assert (result.exit_code, result.stderr) == (0, "")
    assert "All is well." in result.stdout
    assert patient.findings() == {}


def test_the_guards_that_are_looked_for_are_those_that_the_migrations_make(patient: Patient) -> None:
    with inspection.looking(patient.database.serving_url) as connection:
        assert inspection.triggers(connection) == TRIGGERS


def test_a_disabled_trigger_is_told(patient: Patient) -> None:
    patient.database.change("alter table audit_events disable trigger audit_events_change")
    assert patient.findings() == {
        "Triggers": ["The trigger audit_events_change on audit_events is missing or disabled."]
    }


def test_a_grant_too_many_and_one_too_few_are_told(patient: Patient) -> None:
    role = patient.database.cluster.serving.username
    patient.database.change(f"grant delete on audit_events to {role}")
    patient.database.change(f"revoke insert on reports from {role}")
    assert patient.findings() == {
        "Serving role": [
            "On audit_events the grants are not as they should be: delete is granted.",
            "On reports the grants are not as they should be: insert is missing.",
        ]
    }


def test_in_a_pipe_every_sentence_is_one_line(patient: Patient) -> None:
    patient.database.change(f"grant delete on audit_events to {patient.database.cluster.serving.username}")
    ((found,),) = [theme["findings"] for theme in patient.report().values() if theme["findings"]]
    told = [line.strip() for line in patient.doctor().stdout.splitlines()]
    assert {found["problem"], f"→ {found['fix']}"} <= set(told)
    assert max(map(len, told)) > 80


def test_what_the_role_may_not_read_is_told_and_not_looked_at(patient: Patient) -> None:
    patient.database.change(f"revoke select on key_versions from {patient.database.cluster.serving.username}")
    report = patient.report()
    assert report["Serving role"]["state"] == "findings"
    assert (report["Keys"]["state"], report["Jobs"]["state"]) == ("unknown", "unknown")


def test_serving_as_the_owner_is_told_and_on_a_public_address_told_again(patient: Patient) -> None:
    owner = patient.database.cluster.owner.username
    url = {"DATABASE_URL": patient.database.owner_url}
    (told,) = patient.findings(**url)["Serving role"][-1:]
    assert told.startswith(f"{owner} owns ")
    public = patient.findings(PUBLIC_URL="https://market.example", RATE_LIMITS="off", **url)["Exposure"]
    assert public == [
        "A public server runs without rate limits.",
        f"A public server works as {owner}, which owns the tables.",
    ]


def test_a_schema_that_is_behind_is_told_and_what_stands_on_it_is_not_looked_at(patient: Patient) -> None:
    patient.database.change("update alembic_version set version_num = '0001'")
    report = patient.report()
    assert report["Migrations"]["findings"][0]["fix"] == "fleetprompt migrate"
    assert {name for name, theme in report.items() if theme["state"] == "unknown"} == {
        "Extensions",
        "Triggers",
        "Serving role",
        "Keys",
        "Jobs",
        "Processes",
    }


def test_a_key_that_a_live_row_needs_and_a_changed_one_are_told(patient: Patient) -> None:
    patient.database.change(
        "insert into partner_keys (id, target_system, salt, key_version, status, created_at_ms)"
        " values (gen_random_uuid(), 'whs', decode(repeat('00', 32), 'hex'), 'v5', 'active', 0)"
    )
    assert patient.findings() == {"Keys": ["The key ring lacks v5, which is named by active partner keys."]}
    other = f"v2:{master_keys(6).partition(':')[2]},{master_keys(5, 1)}"
    (told,) = patient.findings(MASTER_KEYS=other)["Keys"]
    assert told.startswith("The key ring has another key for v2 than this database was used with")


def test_a_late_job_is_told(patient: Patient) -> None:
    job = JOBS[0]
    patient.database.change("update job_runs set last_succeeded_at_ms = 0 where job = %s", job.name)
    (told,) = patient.findings()["Jobs"]
    assert told.startswith(f"{job.name} last ended well ")


def test_a_process_that_runs_and_is_not_heard_of_is_told_and_one_that_was_killed_is_not(patient: Patient) -> None:
    introduce = (
        "insert into processes (id, role, host, pid, key_versions, started_at_ms, ring_since_ms, last_seen_at_ms)"
        " select gen_random_uuid(), 'serve', %s, %s, '{v2,v1}', now.ms - %s, now.ms - %s, now.ms - %s"
        " from (select (extract(epoch from clock_timestamp()) * 1000)::bigint) now(ms)"
    )
    killed = subprocess.Popen(["true"])
    killed.wait()
    with subprocess.Popen([sys.executable, "-c", "input()", "fleetprompt"], stdin=subprocess.PIPE) as hanging:
        for pid, silent_ms in ((hanging.pid, 40_000), (killed.pid, 40_000), (os.getpid(), 40_000), (os.getpid(), 0)):
            patient.database.change(introduce, this_host(), pid, silent_ms, silent_ms, silent_ms)
        report = patient.report()["Processes"]
        hanging.kill()
    assert report["note"] == "1 heard of lately"
    (told,) = [finding["problem"] for finding in report["findings"]]
    assert told.startswith(f"serve (process {hanging.pid}) runs, and was last heard of 40 s ago: its event loop hangs")


def test_a_database_that_is_away_is_told_and_the_rest_is_looked_at(patient: Patient) -> None:
    report = patient.report(DATABASE_URL="postgresql://nobody@127.0.0.1:1/nothing")
    assert report["Database"]["state"] == "findings"
    assert report["Jobs"]["state"] == "unknown"
    assert report["Exposure"]["state"] == "sound"


def test_a_database_that_takes_no_writes_is_named_and_nothing_that_follows_from_it_is_told(patient: Patient) -> None:
    patient.database.change("update job_runs set last_succeeded_at_ms = 0")
    with patient.database.as_superuser() as connection:
        name = sql.Identifier(patient.database.name)
        connection.execute(sql.SQL("alter database {} set default_transaction_read_only = on").format(name))
        report = patient.report()
    (told,) = [finding["problem"] for theme in report.values() for finding in theme["findings"]]
    assert told.startswith("The database was set read only and takes no writes")
    assert {name for name, theme in report.items() if theme["state"] == "unknown"} == {"Jobs", "Processes"}
    refused = CliRunner().invoke(
        main, ["admin", "create", "--email", "root@example.org"], input="a long password", env=patient.variables
    )
    assert refused.exit_code == 1
    assert "The cause is read_only" in refused.stderr
    assert isinstance(refused.exception, SystemExit), "it is told, not thrown"


def test_a_redis_that_does_not_count_is_told_with_what_it_says(patient: Patient) -> None:
    with running_redis() as redis:
        assert patient.report(REDIS_URL=redis.url)["Rate limits"]["note"] == "counted by Redis"
        redis.client.config_set("maxmemory", 1)
        (full,) = patient.findings(REDIS_URL=redis.url)["Rate limits"]
        assert "when used memory > 'maxmemory'" in full
        redis.pause()
        (silent,) = patient.findings(REDIS_URL=redis.url)["Rate limits"]
        assert silent == "Redis cannot be used: it does not answer in time."
    (away,) = patient.findings(REDIS_URL=redis.url)["Rate limits"]
    assert away.startswith("Redis cannot be used: Error 2 connecting to")


def test_bad_settings_are_told_one_by_one(patient: Patient) -> None:
    findings = patient.findings(PUBLIC_URL="market", LOG_LEVEL="loud")
    assert [told.partition(":")[0] for told in findings["Settings"]] == [
        "FLEETPROMPT_PUBLIC_URL",
        "FLEETPROMPT_LOG_LEVEL",
    ]


def test_no_password_is_ever_told(patient: Patient) -> None:
    url = "postgresql://nobody:open-sesame@127.0.0.1:1/nothing"
    for arguments in ((), ("--json",)):
        result = patient.doctor(*arguments, DATABASE_URL=url)
        assert result.exit_code == 1
        assert "open-sesame" not in result.output
