"""`fleetprompt backup` and `fleetprompt restore`: what had ended stays ended (spec 7)."""

from __future__ import annotations

import asyncio
import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from click.testing import CliRunner, Result

from fleetprompt import ids
from fleetprompt.__main__ import main
from tests.conftest import Start
from tests.support import market
from tests.support.answers import assert_error, assert_ok
from tests.support.callers import Caller, Line, Partner, fresh_key
from tests.support.contents import unchanged
from tests.support.databases import Cluster, Database, Run
from tests.support.environment import environment
from tests.support.keys import master_keys
from tests.support.operator import Operator
from tests.support.people import Person
from tests.support.servers import serving

pytestmark = pytest.mark.slow


@pytest.fixture
def place(cluster: Cluster, run: Run, empty_database: Database) -> Iterator[Database]:
    """A database with nothing in it, to restore into."""
    made = cluster.create(f"{empty_database.name}_place")
    try:
        yield made
    finally:
        cluster.drop(made.name)


@pytest.fixture
def file() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="fp-backup-") as folder:
        yield Path(folder) / "fleetprompt.backup"


def uuid_of(text: str) -> UUID:
    found = ids.decode(text.partition("_")[0], text)
    assert found is not None
    return found


def at(caller: Caller, line: Line) -> None:
    """Let a caller go on at another server; cookies and credentials stay hers."""
    cookies = httpx.Cookies(caller.client.cookies)
    caller.line, caller.client = line, line.client()
    caller.client.cookies = cookies


def signed_ping(partner: Partner) -> dict[str, str]:
    """A signed request that was never sent: somebody kept it."""
    return {**partner.signed_headers("/v1/internal/ping", b"{}", key := fresh_key()), "idempotency-key": key}


async def under_load(bea: Person, offer: market.Release, operator: Operator, file: Path) -> Any:
    """What `backup` tells while intents are opened; each row of the dump belongs to one moment."""

    backing_up = asyncio.create_task(asyncio.to_thread(operator.answer, "backup", str(file)))
    while not backing_up.done():
        await market.intent(bea, offer, "whs")
    return await backing_up


async def test_a_restored_instance_revives_nothing_that_had_ended(
    empty_database: Database, place: Database, run: Run, file: Path
) -> None:
    with serving(empty_database, run.folder / "logs", processes=1) as before:
        people = before.people
        bea, whs, ended = await people.register("Bea"), await people.partner("whs"), await people.partner("whs")
        offer = await market.on_sale(await people.publisher())
        program = await bea.api_key()
        intent = await market.intent(bea, offer, "whs")
        token = await market.token(intent)
        captured = signed_ping(whs)
        empty_database.change(
            "update partner_keys set status = 'revoked', revoked_at_ms = 1 where id = %s", uuid_of(ended.key_id)
        )
        backed_up = await under_load(bea, offer, Operator.of(empty_database, run.folder), file)
        assert backed_up["manifest"]["keyVersions"].keys() == {"v2"}
        assert_ok(await whs.redeem(token.text))
        await before.aclose()
    assert stat.S_IMODE(os.stat(file).st_mode) == 0o600
    restored = Operator.of(place, run.folder).answer("restore", str(file))
    assert restored["installTokensRevoked"] >= 1
    assert restored["sessionsEnded"] >= 1
    assert [key["partnerKeyId"] for key in restored["review"]["partnerKeys"]] == [whs.key_id]
    assert [key["apiKeyId"] for key in restored["review"]["apiKeys"]] == [program.body["apiKeyId"]]
    with serving(place, run.folder / "logs", processes=1) as after:
        line = after.people.visitor().line
        for caller in (bea, whs, ended, program):
            at(caller, line)
        assert_error(await bea.get("/v1/me"), "UNAUTHENTICATED")
        assert_error(await ended.post("/v1/internal/ping"), "UNAUTHENTICATED")
        replayed = await Caller(line).post("/v1/internal/ping", headers=captured, key=None)
        assert_error(replayed, "UNAUTHENTICATED")
        await asyncio.sleep(1.1)
        assert_error(await whs.redeem(token.text), "NOT_FOUND")
        assert_ok(await program.get("/v1/me"))
        await bea.sign_in()
        assert_ok(await whs.redeem((await market.token(intent)).text))
        await after.aclose()
    ((details, actor),) = place.rows("select details, actor_type from audit_events where type = 'system.restored'")
    assert actor == "system"
    assert details["installTokensRevoked"] == restored["installTokensRevoked"]
    caused = place.rows(
        "select distinct e.type from audit_events e join audit_events c on c.id = e.cause_event_id"
        " where c.type = 'system.restored'"
    )
    assert {event for (event,) in caused} == {"install_token.revoked", "session.ended"}


async def test_what_was_revoked_after_the_backup_is_listed_for_review_and_ended_where_that_is_wanted(
    start: Start, empty_database: Database, place: Database, run: Run, file: Path
) -> None:
    before = await start(on=empty_database)
    bea, whs = await before.people.register("Bea"), await before.people.partner("whs")
    root, program = await before.people.admin(), await bea.api_key()
    assert Operator.of(empty_database, run.folder).run("backup", str(file)).returncode == 0
    assert_ok(await bea.post(f"/v1/api-keys/{program.body['apiKeyId']}/revoke"))
    assert_ok(await root.post(f"/v1/admin/partner-keys/{whs.key_id}/revoke"))
    operator = Operator.of(place, run.folder)
    listed = operator.answer("restore", str(file))
    assert [key["partnerKeyId"] for key in listed["review"]["partnerKeys"]] == [whs.key_id]
    assert [key["apiKeyId"] for key in listed["review"]["apiKeys"]] == [program.body["apiKeyId"]]
    assert root.user_id in [admin["userId"] for admin in listed["review"]["admins"]]
    assert "revoked" not in listed or listed["revoked"] is None
    ended = operator.answer("restore", str(file), "--revoke-keys")
    assert ended["review"] == {"partnerKeys": [], "apiKeys": [], "admins": listed["review"]["admins"]}
    assert ended["revoked"]["partnerKeys"] == listed["review"]["partnerKeys"]
    assert ended["revoked"]["apiKeys"] == listed["review"]["apiKeys"]
    after = await start(on=place)
    for caller in (whs, program):
        at(caller, after.line)
    assert_error(await program.get("/v1/me"), "UNAUTHENTICATED")
    assert_error(await whs.post("/v1/internal/ping"), "UNAUTHENTICATED")
    caused = place.rows(
        "select e.type from audit_events e join audit_events c on c.id = e.cause_event_id"
        " where c.type = 'system.restored' and right(e.type, 11) = 'key.revoked' order by 1"
    )
    assert caused == [("api_key.revoked",), ("partner_key.revoked",)]


def test_a_restore_is_refused_without_its_keys_into_a_used_place_and_from_a_damaged_file(
    empty_database: Database, place: Database, run: Run, file: Path
) -> None:
    empty_database.change(
        "insert into users (id, external_id, email, email_key, display_name, password_hash, buyer_ref_version,"
        " created_at_ms, updated_at_ms)"
        " values (gen_random_uuid(), 'local|x', 'a@b.c', 'a@b.c', 'Ada', '', 'v2', 0, 0)"
    )
    operator = Operator.of(empty_database, run.folder)
    assert operator.run("backup", str(file)).returncode == 0
    again = operator.run("backup", str(file))
    assert (again.returncode, "exists" in again.stderr) == (1, True)
    as_serving = Operator.of(place, run.folder, MIGRATE_DATABASE_URL=None).run("restore", str(file))
    assert as_serving.returncode == 1
    assert "Name the role that owns the database in FLEETPROMPT_MIGRATE_DATABASE_URL." in as_serving.stderr
    without = Operator.of(place, run.folder, MASTER_KEYS=master_keys(1)).run("restore", str(file))
    assert without.returncode == 1
    assert "needs the keys v2 (" in without.stderr
    assert place.rows("select 1 from pg_tables where schemaname = 'public'") == []
    with unchanged(empty_database):
        used = operator.run("restore", str(file))
    assert used.returncode == 1
    assert "is not empty" in used.stderr
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    damaged = Operator.of(place, run.folder).run("restore", str(file))
    assert damaged.returncode == 1
    assert damaged.stderr.startswith("Error: Nothing was restored: ")
    assert "damaged" in damaged.stderr


def test_a_restore_that_was_stopped_serves_nothing_and_goes_on(
    empty_database: Database, place: Database, run: Run, file: Path
) -> None:
    def fleetprompt(on: Database, *arguments: str) -> Result:
        return CliRunner().invoke(main, [*arguments], input="a long password", env=environment(on, run.folder))

    assert fleetprompt(empty_database, "backup", str(file)).exit_code == 0
    first = fleetprompt(place, "restore", str(file), "--json")
    assert first.exit_code == 0
    again = fleetprompt(place, "restore", str(file), "--json")
    assert again.stdout == first.stdout, "its end was not known: there is nothing left to do"
    assert place.value("select count(*) from audit_events where type = 'system.restored'") == 1
    place.change("update instance set unfinished_restore = gen_random_uuid()")
    refused = fleetprompt(place, "serve", "--port", "0")
    assert refused.exit_code == 1
    assert "A restore of this database was not finished" in refused.stderr
    assert fleetprompt(place, "restore", str(file)).exit_code == 0
    assert place.value("select count(*) from audit_events where type = 'system.restored'") == 2
    assert place.value("select unfinished_restore is null and restored_at_ms > 0 from instance")
    assert fleetprompt(place, "admin", "create", "--email", "root@example.org").exit_code == 0
    with unchanged(place):
        used = fleetprompt(place, "restore", str(file))
    assert used.exit_code == 1
    assert "has been used since: nothing is left to be done" in used.stderr
    assert "create a new database" in used.stderr


def test_a_restore_that_was_stopped_while_it_was_loading_says_how_to_begin_anew(
    empty_database: Database, run: Run, file: Path
) -> None:
    def fleetprompt(*arguments: str) -> Result:
        return CliRunner().invoke(main, [*arguments], env=environment(empty_database, run.folder))

    assert fleetprompt("backup", str(file)).exit_code == 0
    empty_database.change("delete from alembic_version")
    with unchanged(empty_database):
        refused = fleetprompt("restore", str(file))
    assert refused.exit_code == 1
    assert "was stopped while it was loading. To begin anew, create a new database" in refused.stderr


def test_the_embedded_database_moves_to_another_folder(file: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="fp-move-") as folder:
        Path(folder).chmod(0o711)
        old, new = Path(folder) / "old", Path(folder) / "new"
        operator = Operator({"FLEETPROMPT_DATA_DIR": str(old)})
        assert operator.run("admin", "create", "--email", "root@example.org", typed="a long password").returncode == 0
        assert operator.run("backup", str(file)).returncode == 0
        moved = Operator({"FLEETPROMPT_DATA_DIR": str(new)})
        assert "There is no" not in (refused := moved.run("restore", str(file))).stderr
        assert (refused.returncode, new.exists()) == (1, False)
        (new / "keys").mkdir(parents=True, mode=0o700)
        (new / "keys" / "master_keys").touch(mode=0o600)
        (new / "keys" / "master_keys").write_text((old / "keys" / "master_keys").read_text())
        done = moved.run("restore", str(file))
        assert done.returncode == 0, done.stderr
        taken = moved.run("admin", "create", "--email", "root@example.org", typed="a long password")
        assert "has an account" in taken.stderr
