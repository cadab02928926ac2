"""Every operation's rate limits: counted before anything is decided, told in headers, and over in time (spec 6.3)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import httpx
import pytest

from fleetprompt.app import ROUTES, build_app
from fleetprompt.authz import Access
from fleetprompt.rate_limits import BY_ADDRESS, BY_PARTNER, BY_PUBLISHER, FAILED_SIGN_INS, RateClass, RateLimit
from fleetprompt.web.edge import Edge
from fleetprompt.web.limits import Limiter
from fleetprompt.web.routing import Route
from tests.operations.cases import LEDGERED, Ready, Request
from tests.operations.cast import Cast
from tests.operations.moved import line_to, moved
from tests.support.answers import assert_error, assert_replayed
from tests.support.application import App
from tests.support.callers import Caller, fresh_key
from tests.support.clock import FakeClock
from tests.support.contents import unchanged
from tests.support.databases import Database

COUNT: Final = 2
WINDOW_S: Final = 60
ELSEWHERE: Final = "192.0.2.7"


class LimiterOfATest(Limiter):
    """A limiter that every test begins anew, so that one application serves them all: building one takes a while."""

    def __init__(self, app: App) -> None:
        self._app = app
        self.begin({})

    def begin(self, limits: dict[RateClass, RateLimit]) -> None:
        """Enforce these limits from now on; nothing has been counted."""
        super().__init__(limits, clock=self._app.clock, key=b"limits", metrics=self._app.services.metrics)


@pytest.fixture(scope="module")
def limiter(app: App) -> LimiterOfATest:
    return LimiterOfATest(app)


@pytest.fixture(scope="module")
def edge(app: App, limiter: LimiterOfATest) -> Edge:
    """The module's application behind that limiter."""
    return build_app(app.services, limiter, app.log.log)


class Limited:
    """The module's application with a limit on one class of requests and on nothing else."""

    def __init__(self, edge: Edge, rate_class: RateClass) -> None:
        self._edge = edge
        self.rate_class = rate_class

    async def reached_by(self, caller: Caller, address: str = "127.0.0.1") -> Caller:
        """The caller, at this application."""
        return await moved(caller, line_to(self._edge, address))

    def assert_counted(self, answer: httpx.Response, remaining: int) -> None:
        """The answer says what the limit is and how much of it is left."""
        assert answer.headers["ratelimit-policy"] == f'"{self.rate_class}";q={COUNT};w={WINDOW_S}'
        assert answer.headers["ratelimit"] == f'"{self.rate_class}";r={remaining};t={WINDOW_S}'

    def assert_limited(self, answer: httpx.Response) -> None:
        """RATE_LIMITED, and when to come again."""
        assert_error(answer, "RATE_LIMITED")
        assert answer.headers["retry-after"] == str(WINDOW_S)
        self.assert_counted(answer, 0)


@pytest.fixture
def limited(edge: Edge, limiter: LimiterOfATest, rate_class: RateClass) -> Limited:
    limiter.begin({rate_class: RateLimit(COUNT, WINDOW_S)})
    return Limited(edge, rate_class)


def _each(routes: tuple[Route, ...], classes: frozenset[RateClass]) -> list[object]:
    return [
        pytest.param(route, rate_class, id=f"{route.operation.name}-{rate_class}")
        for route in routes
        for rate_class in route.operation.rate
        if rate_class in classes
    ]


CAPABLE: Final = frozenset({Access.PUBLISHER, Access.ADMIN})
"""Operations whose callers need a capability, which is asked for after they were counted."""
COUNTING_ALL: Final = frozenset(RateClass) - FAILED_SIGN_INS
MAKINGS: Final = BY_PUBLISHER
"""Classes that limit what is made, whatever is tried."""
EACH: Final = _each(ROUTES, COUNTING_ALL - MAKINGS)
EACH_MAKING: Final = _each(ROUTES, MAKINGS)
EACH_LEDGERED: Final = _each(LEDGERED, COUNTING_ALL)
EACH_SIGNING_IN: Final = _each(ROUTES, FAILED_SIGN_INS)
INTERNAL: Final = tuple(route for route in ROUTES if route.operation.who is Access.PARTNER)


def _malformed(ready: Ready) -> Request:
    sound = ready.case.request
    return sound.with_query(unheard="of") if ready.route.is_query else sound.with_body(unheard="of")


async def _somebody_else(ready: Ready, rate_class: RateClass, cast: Cast) -> Caller:
    """Who is counted apart from the rightful caller, if not by her address."""
    if rate_class in BY_ADDRESS:
        return ready.case.caller
    return await cast.partner("agentelic") if rate_class in BY_PARTNER else await cast.publishing_admin()


@pytest.mark.parametrize(("route", "rate_class"), EACH)
async def test_s_rl_01_s_rl_02_s_rl_03_i_int_08_what_is_too_much_is_limited_until_the_window_is_over(
    ready: Ready, limited: Limited, rate_class: RateClass, cast: Cast, database: Database, clock: FakeClock
) -> None:
    caller = await limited.reached_by(ready.case.caller)
    other = await limited.reached_by(await _somebody_else(ready, rate_class, cast), ELSEWHERE)
    with unchanged(database, but=ready.spent):
        for remaining in reversed(range(COUNT)):
            refused = await ready.send(_malformed(ready), by=caller)
            assert_error(refused, "VALIDATION_FAILED", fields=["unheard"])
            limited.assert_counted(refused, remaining)
    with unchanged(database):
        for request in (ready.case.request, _malformed(ready)):
            limited.assert_limited(await ready.send(request, by=caller))
    assert_error(await ready.send(_malformed(ready), by=other), "VALIDATION_FAILED", fields=["unheard"])
    clock.advance(seconds=WINDOW_S, ms=-1)
    assert_error(await ready.send(by=caller), "RATE_LIMITED")
    clock.advance(ms=1)
    answer = await ready.send(by=caller)
    ready.assert_succeeded(answer)
    limited.assert_counted(answer, COUNT - 1)


@pytest.mark.parametrize(("route", "rate_class"), [*EACH, *EACH_MAKING])
async def test_addresses_are_counted_before_authentication_and_callers_after_it(
    ready: Ready, limited: Limited, rate_class: RateClass, cast: Cast
) -> None:
    caller, visitor = await limited.reached_by(ready.case.caller), await limited.reached_by(cast.visitor())
    for _ in range(COUNT):
        await ready.send(_malformed(ready), by=visitor)
    answer = await ready.send(_malformed(ready), by=caller)
    if rate_class in BY_ADDRESS:
        limited.assert_limited(answer)
    else:
        assert_error(answer, "VALIDATION_FAILED", fields=["unheard"])
        limited.assert_counted(answer, COUNT if rate_class in MAKINGS else COUNT - 1)
    if ready.route.operation.who in CAPABLE and rate_class not in MAKINGS:
        incapable = await ready.send(_malformed(ready), by=await limited.reached_by(await cast.buyer()))
        assert_error(incapable, "UNAUTHORIZED")
        limited.assert_counted(incapable, COUNT - 1)
    ready.assert_succeeded(await ready.send())


@pytest.mark.parametrize(("route", "rate_class"), EACH_MAKING)
async def test_s_rl_02_what_may_be_made_in_a_day_is_not_used_up_by_what_is_refused(
    ready: Ready, limited: Limited, database: Database
) -> None:
    caller, key = await limited.reached_by(ready.case.caller), fresh_key()
    with unchanged(database, but=ready.spent):
        for _ in range(COUNT + 1):
            refused = await ready.send(_malformed(ready), by=caller)
            assert_error(refused, "VALIDATION_FAILED", fields=["unheard"])
            limited.assert_counted(refused, COUNT)
    for remaining in reversed(range(COUNT)):
        made = await ready.send(by=caller, key=key)
        ready.assert_succeeded(made)
        limited.assert_counted(made, remaining)
    with unchanged(database):
        for request in (ready.case.request, _malformed(ready)):
            limited.assert_limited(await ready.send(request, by=caller))


@pytest.mark.parametrize(("route", "rate_class"), EACH_LEDGERED)
async def test_replays_count(ready: Ready, limited: Limited, clock: FakeClock) -> None:
    caller, key = await limited.reached_by(ready.case.caller), fresh_key()
    first = await ready.send(by=caller, key=key)
    ready.assert_succeeded(first)
    replay = await ready.send(by=caller, key=key)
    assert_replayed(replay, first)
    limited.assert_counted(replay, COUNT - 2)
    limited.assert_limited(await ready.send(by=caller, key=key))
    clock.advance(seconds=WINDOW_S)
    assert_replayed(await ready.send(by=caller, key=key), first)


@pytest.mark.parametrize(("route", "rate_class"), EACH_SIGNING_IN)
async def test_wrong_passwords_count_and_right_ones_do_not(
    ready: Ready, limited: Limited, database: Database, clock: FakeClock
) -> None:
    caller = await limited.reached_by(ready.case.caller)
    name = "password" if "password" in ready.case.request.body else "current"
    wrong = ready.case.request.with_body(**{name: "not this one, surely"})
    with unchanged(database):
        for _ in range(COUNT):
            answer = await ready.send(wrong, by=caller)
            assert answer.status_code in {400, 401}
            assert answer.json()["error"]["code"] != "RATE_LIMITED"
        limited.assert_limited(await ready.send(by=caller))
    clock.advance(seconds=WINDOW_S)
    key = fresh_key()
    for _ in range(COUNT + 1):
        ready.assert_succeeded(await ready.send(by=caller, key=key))


@pytest.mark.parametrize("rate_class", [RateClass.INTERNAL_FAILURE])
@pytest.mark.parametrize("route", INTERNAL, ids=[route.operation.name for route in INTERNAL])
async def test_i_int_08_failed_signatures_are_limited_by_address(
    ready: Ready, limited: Limited, cast: Cast, database: Database, clock: FakeClock
) -> None:
    caller, visitor = await limited.reached_by(ready.case.caller), await limited.reached_by(cast.visitor())
    with unchanged(database):
        for remaining in reversed(range(COUNT)):
            refused = await ready.send(by=visitor)
            assert_error(refused, "UNAUTHENTICATED")
            limited.assert_counted(refused, remaining)
        limited.assert_limited(await ready.send(by=visitor))
        limited.assert_limited(await ready.send(by=caller))
    elsewhere = await limited.reached_by(ready.case.caller, ELSEWHERE)
    assert_error(await ready.send(_malformed(ready), by=elsewhere), "VALIDATION_FAILED", fields=["unheard"])
    clock.advance(seconds=WINDOW_S)
    for _ in range(COUNT):
        assert_error(await ready.send(_malformed(ready), by=caller), "VALIDATION_FAILED", fields=["unheard"])
    ready.assert_succeeded(await ready.send(by=caller))


def _expected(route: Route) -> Iterator[RateClass]:
    """The classes that the specification counts a path's requests in."""
    special = {
        "POST /v1/auth/register": (RateClass.REGISTER,),
        "POST /v1/auth/login": tuple(FAILED_SIGN_INS),
        "POST /v1/me/password": (RateClass.WRITE, *FAILED_SIGN_INS),
        "POST /v1/publisher/listings": (RateClass.WRITE, RateClass.NEW_LISTING),
        "POST /v1/publisher/listings/{listingId}/releases": (RateClass.WRITE, RateClass.NEW_RELEASE),
        "POST /v1/install/intents/{installIntentId}/token": (RateClass.WRITE, RateClass.MINT),
        "POST /v1/reports": (RateClass.WRITE, RateClass.REPORT),
    }
    if found := special.get(f"{route.method} {route.path}"):
        yield from found
    elif route.path.startswith("/v1/public/"):
        yield RateClass.PUBLIC_READ
    elif route.path.startswith("/v1/internal/"):
        yield RateClass.REDEEM
    elif route.path.startswith("/v1/"):
        yield RateClass.SIGNED_IN_READ if route.method == "GET" else RateClass.WRITE


@pytest.mark.parametrize("route", ROUTES, ids=[route.operation.name for route in ROUTES])
def test_every_operation_is_counted_in_the_classes_of_its_path(route: Route) -> None:
    assert set(route.operation.rate) == set(_expected(route))


def test_every_class_is_counted_by_somebody() -> None:
    counted = {rate_class for route in ROUTES for rate_class in route.operation.rate}
    assert counted == set(RateClass) - {RateClass.INTERNAL_FAILURE}
