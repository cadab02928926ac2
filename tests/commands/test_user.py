"""`fleetprompt user reset-password` (spec 7)."""

from __future__ import annotations

import pytest

from fleetprompt import ids
from tests.support.answers import assert_error, assert_ok
from tests.support.contents import unchanged
from tests.support.databases import Database
from tests.support.events import events_about
from tests.support.operator import Operator
from tests.support.people import People

RESET = ("user", "reset-password")
PASSWORD = "what the operator chose"
EVENTS = ("user.password_changed", "session.ended", "api_key.revoked")

pytestmark = pytest.mark.slow


async def test_a_reset_password_opens_the_account_and_everything_before_it_does_not(
    operator: Operator, people: People, database: Database
) -> None:
    bea = await people.register("Bea")
    program = await bea.api_key()
    told = operator.answer(*RESET, "--email", bea.email.upper(), typed=f"{PASSWORD}\n")
    assert told["user"]["userId"] == bea.user_id
    assert (told["sessionsEnded"], told["apiKeysRevoked"]) == (1, 0)
    assert_error(await bea.get("/v1/me"), "UNAUTHENTICATED")
    assert_ok(await program.get("/v1/me"))
    old = {"email": bea.email, "password": bea.password}
    assert_error(await people.visitor().post("/v1/auth/login", old, key=None), "UNAUTHENTICATED")
    bea.password = PASSWORD
    await bea.sign_in()
    assert_ok(await bea.get("/v1/me"))
    changed, ended = [each for each in events_about(database, bea.user_id, *EVENTS) if each.actor[0] == "system"]
    assert (changed.type, ended.type, ended.cause) == ("user.password_changed", "session.ended", changed.id)
    done = operator.run(*RESET, "--email", bea.email, "--revoke-keys", typed=PASSWORD)
    assert (done.returncode, done.stderr) == (0, "")
    assert PASSWORD not in done.stdout
    assert "1 API key revoked" in done.stdout
    assert_error(await program.get("/v1/me"), "UNAUTHENTICATED")


async def test_an_unknown_or_suspended_account_is_refused_and_nothing_changes(
    operator: Operator, people: People, database: Database
) -> None:
    ada = await people.register("Ada")
    suspend = "update users set suspended_at_ms = 1, suspend_reason = 'spam' where id = %s"
    database.change(suspend, ids.decode("usr", ada.user_id))
    with unchanged(database):
        unknown = operator.run(*RESET, "--email", "nobody@example.org", typed=PASSWORD)
        suspended = operator.run(*RESET, "--email", ada.email, typed=PASSWORD)
        short = operator.run(*RESET, "--email", ada.email, typed="short")
    assert (unknown.returncode, suspended.returncode, short.returncode) == (1, 1, 1)
    assert "nobody@example.org has no account." in unknown.stderr
    assert "suspended" in suspended.stderr
    assert "The password must be 12 to 256 characters" in short.stderr
