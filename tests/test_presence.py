"""A process makes itself known, and takes up a key file that was changed, if it can (spec 3, 6.4 Service)."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from fleetprompt.presence import Presence
from fleetprompt.runtime.live_ring import LiveRing
from fleetprompt.runtime.processes import ALIVE_MS, KEPT_MS, knowledge, purge_processes
from fleetprompt.secrets import KeyRing, rewrite
from tests.support.application import App
from tests.support.clock import FakeClock
from tests.support.jobs import batch
from tests.support.keys import MASTER_KEYS, key_ring, master_keys


@pytest.fixture
def presence(app: App, tmp_path: Path) -> Presence:
    """A process whose keys are in a file."""
    path = tmp_path / "keys" / "master_keys"
    path.parent.mkdir(mode=0o700)
    path.touch(mode=0o600)
    path.write_text(MASTER_KEYS)
    return Presence(dataclasses.replace(app.services, keys=LiveRing(key_ring(), path)), "worker")


def file_of(tmp_path: Path) -> Path:
    return tmp_path / "keys" / "master_keys"


async def known(app: App) -> list[list[str]]:
    """The versions that each live process knows, as the database has them now."""
    found = await app.services.db.one(knowledge())
    assert found is not None
    return [process.key_versions for process in found.processes]


async def test_a_process_is_known_from_its_first_word_to_its_last(app: App, presence: Presence) -> None:
    assert await known(app) == []
    presence.start()
    await presence.announce()
    assert await known(app) == [["v2", "v1"]]
    await presence.stop()
    assert await known(app) == []


async def test_a_process_that_was_killed_is_soon_taken_for_gone_and_forgotten_after_a_day(
    app: App, presence: Presence, clock: FakeClock
) -> None:
    await presence.announce()
    app.database.change("update processes set last_seen_at_ms = last_seen_at_ms - %s", ALIVE_MS)
    assert await known(app) == []
    assert await batch(app.services, purge_processes) == 0
    clock.advance(ms=KEPT_MS)
    assert await batch(app.services, purge_processes) == 1


async def test_a_clock_that_is_off_forgets_nobody_who_is_alive(app: App, presence: Presence, clock: FakeClock) -> None:
    await presence.announce()
    clock.advance(days=7)
    assert await batch(app.services, purge_processes) == 0
    app.database.change("delete from processes")


async def test_a_changed_key_file_is_taken_up_once(app: App, presence: Presence, tmp_path: Path) -> None:
    assert not await presence.take_up_ring()
    ring = rewrite(file_of(tmp_path), KeyRing.added)
    assert await presence.take_up_ring()
    assert not await presence.take_up_ring()
    await presence.announce()
    assert await known(app) == [list(ring.versions)]
    await presence.stop()
    app.database.change("delete from processes")


async def test_a_key_file_that_lacks_what_is_needed_or_is_gone_is_not_taken(
    app: App, presence: Presence, tmp_path: Path
) -> None:
    await app.people.register()
    for content in (master_keys(1), "nonsense", None):
        path = file_of(tmp_path)
        path.unlink(missing_ok=True)
        if content is not None:
            path.touch(mode=0o600)
            path.write_text(content)
        assert not await presence.take_up_ring()
        assert not await presence.take_up_ring()
    await presence.announce()
    assert await known(app) == [["v2", "v1"]]
    app.database.change("delete from processes")
    warned = [line for line in app.log.lines() if line["level"] == "warning" and "key ring" in str(line["event"])]
    assert len(warned) == 3, "each is told once, not at every look"


async def test_a_look_at_the_keys_that_fails_is_told_and_taken_again(
    app: App, presence: Presence, tmp_path: Path
) -> None:
    ring = rewrite(file_of(tmp_path), KeyRing.added)
    app.database.change("alter table key_versions rename to mislaid")
    try:
        assert not await presence.take_up_ring()
    finally:
        app.database.change("alter table mislaid rename to key_versions")
    assert await presence.take_up_ring()
    (failure,) = [line for line in app.log.lines() if line["level"] == "error"]
    assert "UndefinedTable" in str(failure["exception"])
    await presence.announce()
    assert await known(app) == [list(ring.versions)]
    app.database.change("delete from processes")
