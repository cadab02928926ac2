"""Which rate limits a request meets and when: address classes before authentication, caller classes after it (6.3)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any, Final

from fleetprompt.authz import Actor
from fleetprompt.errors import Code, Refusal
from fleetprompt.fields import comparable_email
from fleetprompt.rate_limits import BY_ADDRESS, BY_PARTNER, BY_PUBLISHER, BY_USER, RateClass
from fleetprompt.runtime.operations import Operation
from fleetprompt.web.exchange import Exchange
from fleetprompt.web.limits import Limiter, refusal

WRONG_PASSWORD: Final = frozenset({Code.UNAUTHENTICATED, Code.VALIDATION_FAILED})
"""How an attempt at a password fails: at sign-in, and on `current` where one is changed."""


def _caller_key(rate_class: RateClass, actor: Actor) -> str | None:
    if rate_class in BY_PARTNER:
        return actor.target_system
    if rate_class in BY_PUBLISHER:
        return None if actor.publisher_id is None else str(actor.publisher_id)
    if rate_class in BY_USER:
        return None if actor.user_id is None else str(actor.user_id)
    return None


class RateGate:
    """Asks the limiter on behalf of a request and notes what the reply must say of it."""

    def __init__(self, limiter: Limiter) -> None:
        self._limiter = limiter

    async def by_address(self, rate: Iterable[RateClass], exchange: Exchange) -> None:
        """Count against the classes of the client's address. Raises RATE_LIMITED."""
        for rate_class in rate:
            if rate_class in BY_ADDRESS:
                await self._pass(rate_class, exchange.address, exchange)

    async def by_caller(self, rate: Iterable[RateClass], exchange: Exchange) -> None:
        """Count against the classes of the user, publisher or partner. Raises RATE_LIMITED."""
        for rate_class in rate:
            key = _caller_key(rate_class, exchange.actor)
            if key is not None:
                await self._pass(rate_class, key, exchange)
                if rate_class in BY_PUBLISHER:
                    exchange.makings.append((rate_class, key, len(exchange.allowances) - 1))

    async def nothing_was_made(self, exchange: Exchange, refusal: Refusal | None = None) -> None:
        """Give back what was counted for a listing or a release that came to nothing, as limits are on what is made.

        It was counted before, so that many at once cannot get through together. refusal: why nothing was made; after
        UNAVAILABLE nobody knows.
        """
        if refusal is not None and refusal.code is Code.UNAVAILABLE:
            return
        while exchange.makings:
            rate_class, key, place = exchange.makings.pop()
            await self._limiter.give_back(rate_class, key)
            exchange.allowances[place] = exchange.allowances[place].with_one_given_back()

    async def before_verification(self, exchange: Exchange) -> None:
        """Refuse an address from which too many signatures failed. Raises RATE_LIMITED."""
        allowance = await self._limiter.peek(RateClass.INTERNAL_FAILURE, exchange.address)
        if refused := refusal([allowance]):
            exchange.allowances.append(allowance)
            raise refused

    async def count_failed_verification(self, exchange: Exchange) -> None:
        """Count one failed signature against its address."""
        exchange.allowances.append(await self._limiter.hit(RateClass.INTERNAL_FAILURE, exchange.address))

    @asynccontextmanager
    async def counting_failures(self, operation: Operation, exchange: Exchange, command: Any) -> AsyncIterator[None]:
        """Count a wrong password against its address and its account, at sign-in and where one is changed.

        Each attempt is counted before it is made and given back when it did not fail, so that many at once cannot
        get through together. Raises RATE_LIMITED; UNAVAILABLE where the limiter's store is away.
        """
        keys = _sign_in_keys(operation, exchange, command)
        taken: list[tuple[RateClass, str]] = []
        try:
            for rate_class, key in keys:
                await self._pass(rate_class, key, exchange)
                taken.append((rate_class, key))
            yield
        except Refusal as refused:
            if refused.code not in WRONG_PASSWORD:
                await self._give_back(taken)
            raise
        except BaseException:
            await self._give_back(taken)
            raise
        await self._give_back(taken)

    async def _give_back(self, taken: list[tuple[RateClass, str]]) -> None:
        for rate_class, key in taken:
            await self._limiter.give_back(rate_class, key)

    async def _pass(self, rate_class: RateClass, key: str, exchange: Exchange) -> None:
        allowance = await self._limiter.hit(rate_class, key)
        exchange.allowances.append(allowance)
        if refused := refusal([allowance]):
            raise refused


def _sign_in_keys(operation: Operation, exchange: Exchange, command: Any) -> list[tuple[RateClass, str]]:
    if RateClass.SIGN_IN_ADDRESS not in operation.rate:
        return []
    user_id = exchange.actor.user_id
    account = comparable_email(command.email) if user_id is None else str(user_id)
    return [
        (RateClass.SIGN_IN_ADDRESS, exchange.address),
        (RateClass.SIGN_IN_ACCOUNT, f"{account}\n{exchange.address}"),
        (RateClass.SIGN_IN_ACCOUNT_HOUR, account),
    ]
