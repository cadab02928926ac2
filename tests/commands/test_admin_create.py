"""`fleetprompt admin create`."""

from __future__ import annotations

import json
import os
import pty
import subprocess

import pytest

from fleetprompt import ids
from tests.support.answers import assert_error, assert_ok
from tests.support.contents import unchanged
from tests.support.databases import Database
from tests.support.events import events_about
from tests.support.operator import ROOT, Operator
from tests.support.people import People

CREATE = ("admin", "create")
PASSWORD = "an operator's password"
EVENTS = ("user.registered", "user.password_changed", "capability.granted", "session.ended", "api_key.revoked")

pytestmark = pytest.mark.slow


async def test_an_admin_is_created_and_can_sign_in(operator: Operator, people: People, database: Database) -> None:
    done = operator.run(*CREATE, "--email", "Root@Example.org", "--json", typed=f"{PASSWORD}\n")
    assert (done.returncode, done.stderr) == (0, "")
    user = json.loads(done.stdout)["user"]
    assert (user["email"], user["capabilities"]) == ("Root@Example.org", ["admin"])
    assert PASSWORD not in done.stdout
    registered, granted = events_about(database, user["userId"], *EVENTS)
    assert (registered.type, registered.actor) == ("user.registered", ("system", None))
    assert (granted.type, granted.cause) == ("capability.granted", registered.id)
    browser = people.browser()
    login = {"email": "root@example.org", "password": PASSWORD}
    assert_ok(await browser.post("/v1/auth/login", login, key=None))
    assert_ok(await browser.get("/v1/admin/users"))


async def test_a_known_email_is_refused_unless_it_is_promoted(
    operator: Operator, people: People, database: Database
) -> None:
    ada = await people.publisher("Ada")
    program = await ada.api_key()
    with unchanged(database):
        refused = operator.run(*CREATE, "--email", ada.email, typed=PASSWORD)
    assert refused.returncode == 1
    assert "--promote" in refused.stderr
    done = operator.run(*CREATE, "--email", ada.email.upper(), "--promote", typed=PASSWORD)
    assert done.returncode == 0, done.stderr
    assert ada.user_id in done.stdout
    assert_error(await ada.get("/v1/me"), "UNAUTHENTICATED")
    assert_error(await program.get("/v1/me"), "UNAUTHENTICATED")
    old = {"email": ada.email, "password": ada.password}
    assert_error(await people.visitor().post("/v1/auth/login", old, key=None), "UNAUTHENTICATED")
    ada.password = PASSWORD
    again = await people.signed_in_elsewhere(ada)
    assert assert_ok(await again.get("/v1/me"))["user"]["capabilities"] == ["admin", "publisher"]
    changed, *caused = [
        event for event in events_about(database, ada.user_id, *EVENTS[1:]) if event.actor == ("system", None)
    ]
    assert changed.type == "user.password_changed"
    assert sorted((event.type, event.cause) for event in caused if event.cause) == [
        ("api_key.revoked", changed.id),
        ("session.ended", changed.id),
    ]
    assert [event.type for event in caused if not event.cause] == ["capability.granted"]


@pytest.mark.parametrize(
    ("arguments", "password", "said"),
    [
        (("--email", "nobody@example.org", "--promote"), PASSWORD, "leave out --promote"),
        (("--email", "nobody"), PASSWORD, "--email must be an e-mail address"),
        (("--email", "short@example.org"), "short", "The password must be 12 to 256 characters"),
        (("--email", "none@example.org"), "", "The password must be 12 to 256 characters"),
    ],
)
def test_what_cannot_be_is_told_and_changes_nothing(
    operator: Operator, database: Database, arguments: tuple[str, ...], password: str, said: str
) -> None:
    with unchanged(database):
        done = operator.run(*CREATE, *arguments, typed=password)
    assert done.returncode == 1
    assert said in done.stderr
    assert done.stdout == ""


async def test_a_suspended_user_is_not_promoted(operator: Operator, people: People, database: Database) -> None:
    ada = await people.register("Ada")
    suspend = "update users set suspended_at_ms = 1, suspend_reason = 'spam' where id = %s"
    database.change(suspend, ids.decode("usr", ada.user_id))
    with unchanged(database):
        done = operator.run(*CREATE, "--email", ada.email, "--promote", typed=PASSWORD)
    assert done.returncode == 1
    assert "suspended" in done.stderr


def test_at_a_terminal_the_password_is_asked_for_twice_and_not_shown(operator: Operator, database: Database) -> None:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        operator.command(*CREATE, "--email", "terminal@example.org"),
        cwd=ROOT,
        env=operator.variables,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    shown = b""
    try:
        for _ in range(2):
            while not shown.endswith(b": "):
                shown += os.read(ours, 1)
            os.write(ours, PASSWORD.encode() + b"\n")
            shown += os.read(ours, 1)
        assert process.wait(60) == 0
    finally:
        process.kill()
        os.close(ours)
    assert PASSWORD.encode() not in shown
    assert database.value("select capabilities from users where email = 'terminal@example.org'") == ["admin"]
