"""What a start looks at first: the schema, and the keys that the database was used with (spec 3, 7)."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import httpx
import msgspec
import pytest

from fleetprompt.commands.instance import Failure, Instance
from fleetprompt.commands.start_up import bring_up_to_date
from fleetprompt.secrets import KeyRing
from fleetprompt.settings import load
from fleetprompt.store import migrate
from tests.support.contents import added_rows, unchanged
from tests.support.databases import Database, Run
from tests.support.environment import environment
from tests.support.keys import key_ring, master_keys

ROOT: Final = Path(__file__).parents[2]
READY_WITHIN_S: Final = 120


@pytest.fixture
def instance(empty_database: Database, run: Run) -> Instance:
    settings = load(environment(empty_database, run.folder))
    return Instance(settings, key_ring(), empty_database.serving_url, empty_database.owner_url, None)


def test_an_instance_in_order_starts_and_nothing_changes(instance: Instance, empty_database: Database) -> None:
    with unchanged(empty_database):
        bring_up_to_date(instance)
    assert migrate.current(empty_database.owner_url) == migrate.head()


def test_a_new_key_is_recorded_with_its_event_when_a_process_first_starts_with_it(
    instance: Instance, empty_database: Database
) -> None:
    ring = KeyRing.parse(master_keys(2, 1, 3))
    with added_rows(empty_database) as added:
        bring_up_to_date(replace(instance, ring=ring))
        bring_up_to_date(replace(instance, ring=ring))
    assert added == {"key_versions": 1, "audit_events": 1}
    assert empty_database.value("select fingerprint from key_versions where version = 'v3'") == ring.fingerprints["v3"]


def test_a_start_is_refused_with_another_key_under_a_known_version(
    instance: Instance, empty_database: Database
) -> None:
    with unchanged(empty_database), pytest.raises(Failure) as refused:
        bring_up_to_date(replace(instance, ring=KeyRing.generate()))
    assert "another key for v1" in refused.value.message
    assert "Put the missing key back" in refused.value.message


def test_a_start_is_refused_without_a_key_that_a_live_row_names(instance: Instance, empty_database: Database) -> None:
    empty_database.change(
        "insert into users (id, external_id, email, email_key, display_name, password_hash, buyer_ref_version,"
        " created_at_ms, updated_at_ms)"
        " values (gen_random_uuid(), 'local|x', 'a@b.c', 'a@b.c', 'Ada', '', 'v9', 0, 0)"
    )
    with pytest.raises(Failure, match=r"lacks v9, which is named by users"):
        bring_up_to_date(instance)


def test_a_start_is_refused_at_another_schema_and_without_a_database(
    instance: Instance, empty_database: Database
) -> None:
    empty_database.change("update alembic_version set version_num = '0001'")
    with pytest.raises(Failure, match=r"at migration 0001.*fleetprompt migrate"):
        bring_up_to_date(instance)
    with pytest.raises(Failure, match="cannot be reached"):
        bring_up_to_date(replace(instance, serving_url="postgresql://nobody@127.0.0.1:1/nothing"))


class Machine:
    """A machine with nothing but a data folder: the embedded default."""

    def __init__(self, folder: Path) -> None:
        self.data_dir = folder / "data"
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("FLEETPROMPT_")}
        self._variables = {**inherited, "FLEETPROMPT_DATA_DIR": str(self.data_dir)}

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "fleetprompt", *arguments]
        return subprocess.run(
            command, cwd=ROOT, env=self._variables, capture_output=True, text=True, timeout=120, check=False
        )

    def stopped_once(self, instant: Callable[[], bool], number: int, *arguments: str) -> tuple[int, str]:
        """Run a command and send it a signal as soon as something has come to be; its exit code and its complaints."""
        command = [sys.executable, "-m", "fleetprompt", *arguments]
        with subprocess.Popen(
            command, cwd=ROOT, env=self._variables, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        ) as process:
            give_up_at = time.monotonic() + READY_WITHIN_S
            while not instant():
                assert process.poll() is None, "it ended before that"
                assert time.monotonic() < give_up_at
                time.sleep(0.002)
            process.send_signal(number)
            _, said = process.communicate(timeout=READY_WITHIN_S)
        return process.returncode, said

    @property
    def postmaster(self) -> list[str]:
        """What the database says of itself while it runs: its process first, `ready` or not last."""
        try:
            return (self.data_dir / "postgres" / "data" / "postmaster.pid").read_text().split()
        except FileNotFoundError:
            return []

    def serve(self, *arguments: str) -> list[str]:
        """Serve until the server answers where it said, then stop it; what it told on standard output."""
        command = [sys.executable, "-m", "fleetprompt", "serve", "--port", "0", *arguments]
        told = []
        with subprocess.Popen(
            command, cwd=ROOT, env=self._variables, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        ) as process:
            assert process.stdout is not None
            give_up_at = time.monotonic() + READY_WITHIN_S
            for line in process.stdout:
                told.append(line)
                if found := re.search("serves http://[^ ]+:([0-9]+)", line):
                    httpx.get(f"http://127.0.0.1:{found[1]}/healthz", timeout=READY_WITHIN_S, trust_env=False)
                    process.send_signal(signal.SIGTERM)
                assert time.monotonic() < give_up_at
        assert process.returncode == 0
        return told


@pytest.fixture
def machine() -> Iterator[Machine]:
    with tempfile.TemporaryDirectory(prefix="fp-machine-") as folder:
        Path(folder).chmod(0o711)
        yield Machine(Path(folder))


@pytest.mark.slow
def test_the_embedded_default_is_well_and_refuses_to_start_once_its_key_ring_is_lost(machine: Machine) -> None:
    assert machine.run("doctor").returncode == 1, "there is nothing yet"
    assert not machine.data_dir.exists(), "looking makes nothing"
    told = machine.serve("--host", "0.0.0.0")
    assert any("WARNING: The keys of a public server were generated" in line for line in told)
    assert any("WARNING: This server listens to other machines, and nothing says where" in line for line in told)
    well = machine.run("doctor", "--json")
    assert well.returncode == 0, well.stdout
    ring = machine.data_dir / "keys" / "master_keys"
    lost = ring.read_text()
    ring.unlink()
    themes = {theme["name"]: theme for theme in msgspec.json.decode(machine.run("doctor", "--json").stdout)["themes"]}
    assert themes["Files"]["findings"][0]["problem"] == f"There is no key ring at {ring}."
    assert themes["Keys"]["state"] == "unknown"
    refused = machine.run("serve", "--port", "0")
    assert refused.returncode == 1
    assert "another key for v1" in refused.stderr
    ring.write_text(lost)
    assert machine.run("doctor").returncode == 0


@pytest.mark.slow
def test_a_signal_at_any_instant_of_a_start_leaves_no_database_behind(
    machine: Machine,
) -> None:
    def later(seconds: float) -> bool:
        time.sleep(seconds)
        return True

    folder, serve = machine.data_dir / "postgres", ("serve", "--port", "0")
    for what, number, instant, arguments, code in (
        ("it is being made", signal.SIGTERM, (folder / "data.new").exists, serve, 0),
        ("it is there", signal.SIGINT, lambda: bool(machine.postmaster), serve, 0),
        ("it is ready", signal.SIGTERM, lambda: "ready" in machine.postmaster, serve, 0),
        ("its schema is made", signal.SIGINT, lambda: "ready" in machine.postmaster and later(0.5), serve, 0),
        ("it is about to serve", signal.SIGTERM, lambda: "ready" in machine.postmaster and later(1.5), serve, 0),
        ("its jobs begin", signal.SIGTERM, lambda: "ready" in machine.postmaster and later(1.0), ("worker",), 0),
        ("a command works", signal.SIGTERM, lambda: "ready" in machine.postmaster, ("migrate",), 143),
    ):
        found, said = machine.stopped_once(instant, number, *arguments)
        assert (what, found) == (what, code), said
        assert "Traceback" not in said, what
        assert machine.postmaster == [], f"stopped while {what}: the database was left behind"
