"""What the generated suites run of the operations without a route: each with something to do."""

from __future__ import annotations

import dataclasses
import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import msgspec

import fleetprompt
from fleetprompt import ids
from fleetprompt.__main__ import load_all
from fleetprompt.accounts.end_sessions import EndSessions
from fleetprompt.accounts.model import MakeAdmin, ResetPassword, TouchSession
from fleetprompt.accounts.renew_buyer_refs import RenewBuyerRefs
from fleetprompt.accounts.revoke_all_keys import RevokeAllKeys
from fleetprompt.accounts.revoke_keys import RevokeKeys
from fleetprompt.authz import Access
from fleetprompt.enums import EventType
from fleetprompt.errors import Reason
from fleetprompt.fields import NoArguments
from fleetprompt.installs.expire_intents import expire_intents
from fleetprompt.installs.expire_tokens import expire_tokens
from fleetprompt.installs.revoke_tokens import RevokeTokens
from fleetprompt.runtime.change_key_ring import AddKey, PromoteKey, RetireKey
from fleetprompt.runtime.finish_restore import FinishRestore
from fleetprompt.runtime.forget_replies import ForgetReplies
from fleetprompt.runtime.job_runs import RecordRun, RunBatch
from fleetprompt.runtime.live_ring import LiveRing
from fleetprompt.runtime.operations import REGISTRY, Kind
from fleetprompt.runtime.processes import ALIVE_MS, Announce, Leave, Noted, announce
from fleetprompt.runtime.rerendering import RerenderBatch
from fleetprompt.runtime.services import Services
from fleetprompt.secrets import KeyRing
from tests.support import market
from tests.support.answers import assert_ok
from tests.support.application import App
from tests.support.clock import FakeClock
from tests.support.jobs import batch, mutated
from tests.support.keys import key_ring, master_keys

NEW_PASSWORD: Final = "a password that nobody knows yet"
SIGNING, VERIFYING = key_ring().versions
TEXT: Final = {"format": "markdown", "markdown": "A *claim*."}


@dataclass(frozen=True)
class SystemCase:
    """A command that finds something to do.

    services: what it runs on. again: what a second run with the same command does; it writes nothing at all where this
    is None, is refused as a conflict with this reason, or succeeds once more and writes these events. cause: the event
    that the command goes back to, where it says so; every event of its own names it.
    """

    command: msgspec.Struct
    services: Services
    again: Sequence[EventType] | Reason | None = None
    cause: UUID | None = None


Arrange = Callable[[App, FakeClock], Awaitable[SystemCase]]

SYSTEM_ARRANGEMENTS: Final[dict[str, Arrange]] = {}
"""By the operation's name."""

load_all()
_OF_THE_SYSTEM: Final = [
    operation
    for operation in REGISTRY.values()
    if operation.who is Access.SYSTEM and operation.function.__module__.startswith(f"{fleetprompt.__name__}.")
]
"""The jobs' and the command line's."""
SYSTEM_OPERATIONS: Final = tuple(operation for operation in _OF_THE_SYSTEM if operation.kind is Kind.MUTATION)
SYSTEM_QUERIES: Final = tuple(operation for operation in _OF_THE_SYSTEM if operation.kind is Kind.QUERY)


def arranges(name: str) -> Callable[[Arrange], Arrange]:
    """Register how an operation gets something to do."""

    def register(arrange: Arrange) -> Arrange:
        if SYSTEM_ARRANGEMENTS.setdefault(name, arrange) is not arrange:
            raise ValueError(f"{name} is arranged twice")
        return arrange

    return register


@arranges("sessions.touch")
async def a_session_of_six_minutes(app: App, clock: FakeClock) -> SystemCase:
    person = await app.people.register()
    (session,) = assert_ok(await person.get("/v1/sessions"))["items"]
    clock.advance(minutes=6)
    session_id = ids.decode("ses", session["sessionId"])
    assert isinstance(session_id, UUID)
    return SystemCase(TouchSession(session_id=session_id), app.services)


@arranges("sessions.purge")
async def a_session_of_last_month(app: App, clock: FakeClock) -> SystemCase:
    await app.people.register()
    clock.advance(days=30)
    return SystemCase(RunBatch(), app.services)


@arranges("idempotency.purge")
async def a_record_of_yesterday(app: App, clock: FakeClock) -> SystemCase:
    await (await app.people.register()).api_key()
    clock.advance(hours=25)
    return SystemCase(RunBatch(), app.services)


@arranges("nonces.purge")
async def a_nonce_of_an_hour_ago(app: App, clock: FakeClock) -> SystemCase:
    assert_ok(await (await app.people.partner()).post("/v1/internal/ping"))
    clock.advance(hours=1)
    return SystemCase(RunBatch(), app.services)


@arranges("jobs.record")
async def a_job_that_ran(app: App, clock: FakeClock) -> SystemCase:
    record = RecordRun(job="sessions.purge", started_at_ms=clock.now_ms() - 5, duration_ms=5)
    return SystemCase(record, app.services, again=())


async def _intent(app: App) -> market.Intent:
    return await market.intent(await app.people.register(), await market.on_sale(await app.people.publisher()))


@arranges("catalog.fold_facets")
@arranges("installs.fold_statistics")
async def something_counted(app: App, clock: FakeClock) -> SystemCase:
    await _intent(app)
    clock.advance(minutes=5)
    return SystemCase(RunBatch(), app.services)


@arranges("installs.expire_intents")
async def an_intent_past_its_time(app: App, clock: FakeClock) -> SystemCase:
    await _intent(app)
    clock.advance(hours=25)
    return SystemCase(RunBatch(), app.services)


@arranges("installs.expire_tokens")
async def a_token_past_its_time(app: App, clock: FakeClock) -> SystemCase:
    await market.token(await _intent(app))
    clock.advance(minutes=16)
    return SystemCase(RunBatch(), app.services)


@arranges("installs.purge_tokens")
async def a_token_long_past_its_time(app: App, clock: FakeClock) -> SystemCase:
    case = await a_token_past_its_time(app, clock)
    await batch(app.services, expire_tokens)
    clock.advance(days=31)
    return case


@arranges("installs.purge_intents")
async def an_intent_long_past_its_time(app: App, clock: FakeClock) -> SystemCase:
    case = await an_intent_past_its_time(app, clock)
    await batch(app.services, expire_intents)
    clock.advance(days=91)
    return case


@arranges("publishers.rerender_bios")
@arranges("listings.rerender_descriptions")
@arranges("releases.rerender_notes")
async def a_text_of_an_earlier_policy(app: App, _: FakeClock) -> SystemCase:
    ada = await app.people.publisher(bio=TEXT)
    await market.release(await market.listing(ada, description=TEXT), notes=TEXT)
    for table, column in {"publishers": "bio", "listings": "description", "releases": "notes"}.items():
        stale = f"update {table} set {column}_html = 'stale', {column}_policy = 0 where {column}_html is not null"
        assert app.database.change(stale)
    return SystemCase(RerenderBatch(), app.services)


@arranges("key_versions.record")
async def a_ring_with_another_key(app: App, _: FakeClock) -> SystemCase:
    known = app.database.value("select count(*) from key_versions")
    ring = KeyRing.parse(master_keys(2, 1, known + 1))
    return SystemCase(NoArguments(), dataclasses.replace(app.services, keys=LiveRing(ring)))


@arranges("key_ring.add")
async def a_key_that_was_never_used(app: App, _: FakeClock) -> SystemCase:
    version = f"v{app.database.value('select count(*) from key_versions') + 1}"
    fingerprint = KeyRing.parse(master_keys(int(version.removeprefix("v")))).fingerprints[version]
    return SystemCase(AddKey(version=version, fingerprint=fingerprint), app.services, again=Reason.TRANSITION)


def _nobody_is_alive(app: App) -> None:
    app.database.change("delete from processes")


@arranges("key_ring.promote")
async def a_key_that_every_process_knows(app: App, _: FakeClock) -> SystemCase:
    _nobody_is_alive(app)
    await mutated(app.services, announce, _announcement(), Noted)
    return SystemCase(PromoteKey(version=VERIFYING), app.services, again=(EventType.KEY_RING_CHANGED,))


@arranges("key_ring.retire")
async def a_key_that_nothing_names(app: App, _: FakeClock) -> SystemCase:
    _nobody_is_alive(app)
    return SystemCase(RetireKey(version="v99"), app.services, again=(EventType.KEY_RING_CHANGED,))


@arranges("key_ring.revoke_keys")
async def keys_that_hang_on_a_stolen_one(app: App, _: FakeClock) -> SystemCase:
    await app.people.partner()
    await (await app.people.register()).api_key()
    cause = ids.new_uuid()
    return SystemCase(RevokeKeys(key_version=SIGNING, cause=cause), app.services, cause=cause)


@arranges("keys.revoke_all")
async def keys_that_nobody_is_to_trust(app: App, _: FakeClock) -> SystemCase:
    await app.people.partner()
    await (await app.people.register()).api_key()
    cause = ids.new_uuid()
    return SystemCase(RevokeAllKeys(cause=cause), app.services, cause=cause)


@arranges("installs.revoke_tokens")
async def a_token_under_a_stolen_key(app: App, _: FakeClock) -> SystemCase:
    await market.token(await _intent(app))
    cause = ids.new_uuid()
    return SystemCase(RevokeTokens(key_version=SIGNING, cause=cause), app.services, cause=cause)


@arranges("sessions.end")
async def a_session_under_a_stolen_key(app: App, _: FakeClock) -> SystemCase:
    await app.people.register()
    cause = ids.new_uuid()
    return SystemCase(EndSessions(key_version=SIGNING, cause=cause), app.services, cause=cause)


def _with_another_key_signing(app: App) -> Services:
    return dataclasses.replace(app.services, keys=LiveRing(key_ring().promoted(VERIFYING)))


@arranges("idempotency.forget")
async def a_reply_under_a_stolen_key(app: App, _: FakeClock) -> SystemCase:
    await (await app.people.register()).api_key()
    cause = ids.new_uuid()
    return SystemCase(ForgetReplies(key_version=SIGNING, cause=cause), _with_another_key_signing(app), cause=cause)


@arranges("users.renew_buyer_refs")
async def a_buyer_under_a_stolen_key(app: App, _: FakeClock) -> SystemCase:
    await app.people.register()
    cause = ids.new_uuid()
    return SystemCase(RenewBuyerRefs(key_version=SIGNING, cause=cause), _with_another_key_signing(app), cause=cause)


@arranges("system.finish_restore")
async def a_restore_that_is_almost_over(app: App, clock: FakeClock) -> SystemCase:
    event = ids.new_uuid()
    clock.advance(days=-1)  # So that it refuses none of the signatures that other cases make.
    app.database.change("update instance set unfinished_restore = %s, restored_at_ms = %s", event, clock.now_ms() - 1)
    command = FinishRestore(
        event=event, backup_created_at_ms=clock.now_ms() - 60_000, install_tokens_revoked=2, sessions_ended=3
    )
    return SystemCase(command, app.services, again=Reason.TRANSITION)


@arranges("keys.review")
async def a_partner_and_a_program(app: App, _: FakeClock) -> SystemCase:
    await app.people.partner()
    await (await app.people.register()).api_key()
    return SystemCase(NoArguments(), app.services)


def _announcement() -> Announce:
    return Announce(process=ids.new_uuid(), role="serve", host="here", pid=4711, key_versions=key_ring().versions)


@arranges("processes.announce")
async def a_process_that_has_just_begun(app: App, _: FakeClock) -> SystemCase:
    return SystemCase(_announcement(), app.services, again=())


@arranges("processes.leave")
async def a_process_that_ends(app: App, _: FakeClock) -> SystemCase:
    announcement = _announcement()
    await mutated(app.services, announce, announcement, Noted)
    return SystemCase(Leave(process=announcement.process), app.services)


@arranges("processes.purge")
async def a_process_that_was_killed_yesterday(app: App, clock: FakeClock) -> SystemCase:
    await mutated(app.services, announce, _announcement(), Noted)
    assert app.database.change("update processes set last_seen_at_ms = last_seen_at_ms - %s", ALIVE_MS)
    clock.advance(hours=25)
    return SystemCase(RunBatch(), app.services)


@arranges("accounts.create_admin")
async def nobody_yet(app: App, _: FakeClock) -> SystemCase:
    command = MakeAdmin(email=f"root.{secrets.token_hex(6)}@example.org", password=NEW_PASSWORD)
    return SystemCase(command, app.services, again=Reason.EMAIL_TAKEN)


@arranges("accounts.promote_admin")
async def somebody_with_a_session_and_a_key(app: App, _: FakeClock) -> SystemCase:
    person = await app.people.register()
    await person.api_key()
    command = MakeAdmin(email=person.email, password=NEW_PASSWORD)
    return SystemCase(command, app.services, again=(EventType.USER_PASSWORD_CHANGED,))


@arranges("accounts.reset_password")
async def somebody_who_forgot_it(app: App, _: FakeClock) -> SystemCase:
    person = await app.people.register()
    await person.api_key()
    command = ResetPassword(email=person.email, password=NEW_PASSWORD, revoke_keys=True)
    return SystemCase(command, app.services, again=(EventType.USER_PASSWORD_CHANGED,))
