"""The life of one intent and its tokens, as any sequence of buyers', partners' and others' actions may shape it.

The model says what each call must answer and what must stand in the database after it (spec 3, 4).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

import httpx
import pytest
from anyio import from_thread, to_thread
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from fleetprompt import ids
from fleetprompt.installs.expire_intents import expire_intents
from fleetprompt.installs.expire_tokens import expire_tokens
from fleetprompt.settings import Isolation
from tests.conftest import Start
from tests.support import market
from tests.support.answers import assert_error, assert_ok, assert_replayed
from tests.support.application import App
from tests.support.callers import Partner, fresh_key
from tests.support.jobs import batch
from tests.support.people import Person
from tests.support.withdrawals import suspend_listing

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
LEDGER_MS = 24 * HOUR_MS
ALIVE = {"created", "token_issued"}
STORED = """
select i.status,
  array(select status from install_tokens t where t.intent_id = i.id order by t.id),
  array(select type from audit_events e where e.install_intent_id = i.id)
from install_intents i where i.id = %s
"""
T = TypeVar("T")


@dataclass
class World:
    """What all lives are lived in."""

    app: App
    publisher: Person
    buyer: Person
    partner: Partner
    lives: int = 0


@dataclass
class ModelToken:
    """A token as it must be. end: what a verb or a job wrote; None while the row says `issued`."""

    text: str
    expires_at_ms: int
    end: str | None = None


@dataclass
class Redeemed:
    """The first answer to a redeem, and when it was given."""

    token: ModelToken
    key: str
    at_ms: int
    answer: httpx.Response


@dataclass
class Model:
    """The intent as it must be."""

    deadline_ms: int
    stored: str = "created"
    tokens: list[ModelToken] = field(default_factory=list)
    redeemed: Redeemed | None = None
    events: Counter[str] = field(default_factory=lambda: Counter({"install_intent.created": 1}))
    revoked_release: bool = False
    suspended: set[str] = field(default_factory=set)

    def status(self, now_ms: int) -> str:
        """As it must be shown."""
        return "expired" if self.stored in ALIVE and self.deadline_ms <= now_ms else self.stored

    @property
    def withdrawn(self) -> bool:
        """Whether nobody may be handed anything."""
        return self.revoked_release or bool(self.suspended)

    def live(self, now_ms: int) -> ModelToken | None:
        """The token that can be redeemed, as far as tokens go."""
        last = self.tokens[-1] if self.tokens else None
        return last if last is not None and last.end is None and now_ms < last.expires_at_ms else None

    def revoke_live(self, now_ms: int) -> None:
        """The live token ends with what is happening now."""
        if token := self.live(now_ms):
            token.end = "revoked"
            self.events["install_token.revoked"] += 1


class Life(RuleBasedStateMachine):
    """One intent. Its steps run on the application's event loop."""

    world: World

    def __init__(self) -> None:
        super().__init__()
        self.world.app.clock.reset()

    def run(self, function: Callable[..., Coroutine[Any, Any, T]], *args: Any, **options: Any) -> T:
        """Wait for a coroutine on the application's loop."""
        return from_thread.run(partial(function, *args, **options))

    @property
    def now_ms(self) -> int:
        """The application's time."""
        return self.world.app.clock.now_ms()

    def buy(self, step: str, request: dict[str, Any] | None = None) -> httpx.Response:
        """A write of the buyer's to the intent."""
        return self.run(self.world.buyer.post, f"{self.intent.path}/{step}", request or {})

    @initialize()
    def open(self) -> None:
        self.world.lives += 1
        self.offer = self.run(market.on_sale, self.world.publisher)
        self.intent = self.run(market.intent, self.world.buyer, self.offer)
        self.model = Model(self.intent.body["expiresAtMs"])

    @rule(ttl_ms=st.sampled_from([MINUTE_MS, 15 * MINUTE_MS, HOUR_MS]))
    def mint(self, ttl_ms: int) -> None:
        model, now_ms = self.model, self.now_ms
        answer = self.buy("token", {"ttlMs": ttl_ms})
        if model.status(now_ms) not in ALIVE:
            assert_error(answer, "CONFLICT", "transition")
        elif model.withdrawn:
            assert_error(answer, "CONFLICT", "not_installable")
        else:
            minted = assert_ok(answer)
            assert minted["expiresAtMs"] == min(now_ms + ttl_ms, model.deadline_ms)
            model.revoke_live(now_ms)
            model.tokens.append(ModelToken(minted["installToken"], minted["expiresAtMs"]))
            model.stored = "token_issued"
            model.events["install_token.issued"] += 1

    @rule()
    def cancel(self) -> None:
        answer = self.buy("cancel")
        if self.model.status(self.now_ms) not in ALIVE:
            assert_error(answer, "CONFLICT", "transition")
        else:
            assert assert_ok(answer, "installIntent")["status"] == "canceled"
            self.model.revoke_live(self.now_ms)
            self.model.stored = "canceled"
            self.model.events["install_intent.canceled"] += 1

    @precondition(lambda self: self.model.tokens)
    @rule(which=st.integers(0, 3))
    def redeem(self, which: int) -> None:
        model, now_ms, key = self.model, self.now_ms, fresh_key()
        token = model.tokens[-1 - which % len(model.tokens)]
        answer = self.run(self.world.partner.redeem, token.text, key=key)
        can = model.status(now_ms) == "token_issued" and token is model.live(now_ms) and not model.withdrawn
        if not can:
            assert_error(answer, "NOT_FOUND")
            return
        assert assert_ok(answer)["installIntent"]["status"] == "redeemed"
        token.end, model.stored = "redeemed", "redeemed"
        model.redeemed = Redeemed(token, key, now_ms, answer)
        model.events["install_token.redeemed"] += 1

    @precondition(lambda self: self.model.redeemed)
    @rule()
    def redeem_again(self) -> None:
        first = self.model.redeemed
        assert first is not None
        answer = self.run(self.world.partner.redeem, first.token.text, key=first.key)
        if self.model.withdrawn or self.now_ms >= first.at_ms + LEDGER_MS:
            assert_error(answer, "NOT_FOUND")
        else:
            assert_replayed(answer, first.answer)

    @rule(ms=st.sampled_from([1, MINUTE_MS - 1, MINUTE_MS, 15 * MINUTE_MS, HOUR_MS, 11 * HOUR_MS]))
    def wait(self, ms: int) -> None:
        self.world.app.clock.advance(ms=ms)

    @precondition(lambda self: self.model.tokens)
    @rule(after_ms=st.sampled_from([-1, 0]))
    def wait_for_the_token(self, after_ms: int) -> None:
        self.world.app.clock.set(max(self.now_ms, self.model.tokens[-1].expires_at_ms + after_ms))

    @precondition(lambda self: self.model.deadline_ms - self.now_ms < 11 * HOUR_MS)
    @rule(after_ms=st.sampled_from([-1, 0]))
    def wait_for_the_deadline(self, after_ms: int) -> None:
        self.world.app.clock.set(max(self.now_ms, self.model.deadline_ms + after_ms))

    @rule()
    def run_the_jobs(self) -> None:
        for operation in (expire_intents, expire_tokens):
            self.run(batch, self.world.app.services, operation)
        if self.model.status(self.now_ms) != self.model.stored:
            self.model.stored = "expired"
            self.model.events["install_intent.expired"] += 1
        for token in self.model.tokens:
            if token.end is None and token.expires_at_ms <= self.now_ms:
                token.end = "expired"
                self.model.events["install_token.expired"] += 1

    @precondition(lambda self: not self.model.revoked_release and "listing" not in self.model.suspended)
    @rule()
    def revoke_the_release(self) -> None:
        self.run(self.offer.listing.publisher.sign_in)  # her session may have idled away meanwhile
        self.run(self.offer.revoke)
        self.model.revoked_release = True

    @rule(of=st.sampled_from(["listing", "publisher"]))
    def suspend_or_reinstate(self, of: str) -> None:
        change, database = self.world.app.database.change, self.world.app.database
        if of == "publisher":
            publisher_id = ids.decode("pub", self.world.publisher.publisher_id or "")
            at_ms = None if of in self.model.suspended else 1
            change("update publishers set suspended_at_ms = %s where id = %s", at_ms, publisher_id)
        elif of in self.model.suspended:
            change(
                "update listings set status = status_before_suspension, status_before_suspension = null,"
                " suspended_at_ms = null, suspend_reason = null where id = %s",
                ids.decode("lst", self.offer.listing.id),
            )
        else:
            self.run(suspend_listing, database, self.offer)
        self.model.suspended ^= {of}

    @invariant()
    def everything_is_as_the_model_says(self) -> None:
        if not hasattr(self, "model"):
            return
        shown = assert_ok(self.run(self.world.buyer.get, self.intent.path), "installIntent")
        assert shown["status"] == self.model.status(self.now_ms)
        ((status, tokens, events),) = self.world.app.database.rows(STORED, self.intent.uuid)
        assert status == self.model.stored
        assert tokens == [token.end or "issued" for token in self.model.tokens]
        assert Counter(events) == self.model.events

    def teardown(self) -> None:
        publisher_id = ids.decode("pub", self.world.publisher.publisher_id or "")
        self.world.app.database.change("update publishers set suspended_at_ms = null where id = %s", publisher_id)


@pytest.mark.slow
@pytest.mark.parametrize("isolation", Isolation)
async def test_u_tok_04_s_cd_03_an_intent_lives_as_its_model_does_whatever_happens(
    start: Start, isolation: Isolation
) -> None:
    app = await start(ISOLATION=isolation)
    people = app.people
    made = World(app, await people.publisher(), await people.register(), await people.partner("whs"))

    class LifeInThisWorld(Life):
        world = made

    quick = settings(max_examples=20, stateful_step_count=20, suppress_health_check=[HealthCheck.too_slow])
    await to_thread.run_sync(lambda: run_state_machine_as_test(LifeInThisWorld, settings=quick))
    assert made.lives >= quick.max_examples
