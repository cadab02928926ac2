"""Passwords: argon2id, a few at a time, so that neither memory nor processors run out (spec 6.4)."""

from __future__ import annotations

import asyncio
import base64
import secrets
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import BoundedSemaphore
from typing import Final, TypeVar

import argon2
from argon2.exceptions import VerifyMismatchError

from fleetprompt.characters import nfc
from fleetprompt.errors import Outage, unavailable

T = TypeVar("T")

# One of the OWASP cheat sheet's equivalent settings. The allocator keeps what each thread once used,
# so four threads hold 4 x 9 MiB for good; the settings with more memory would not fit the server's budget.
MEMORY_KIB: Final = 9 * 1024
PASSES: Final = 4
LANES: Final = 1
SALT_BYTES: Final = 16
HASH_BYTES: Final = 32


class PasswordHasher:
    """Hashes and verifies in threads. A process makes one and closes it when it ends.

    running_max: how many run at once. waiting_max: how many more may wait; whoever comes then gets UNAVAILABLE.
    """

    def __init__(self, running_max: int = 4, waiting_max: int = 16) -> None:
        self._argon2 = argon2.PasswordHasher(
            time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=LANES, hash_len=HASH_BYTES, salt_len=SALT_BYTES
        )
        self._threads = ThreadPoolExecutor(max_workers=running_max, thread_name_prefix="argon2")
        self._places = BoundedSemaphore(running_max + waiting_max)
        self._nobodys = _hash_of_nothing()

    async def hash(self, password: str) -> str:
        """The encoded hash to store, parameters and salt included. Raises UNAVAILABLE when too many wait."""
        return await self._run(lambda: self._argon2.hash(_canonical(password)))

    async def verify(self, encoded: str | None, password: str) -> bool:
        """Whether this is the password of the stored hash.

        encoded: None where there is no such account; that costs one verification like any other and is False.
        Raises UNAVAILABLE when too many wait.
        """
        fits = await self._run(lambda: self._fits(self._nobodys if encoded is None else encoded, password))
        return fits and encoded is not None

    def needs_rehash(self, encoded: str) -> bool:
        """Whether the hash was made with other parameters than today's: hash again while the password is at hand."""
        return self._argon2.check_needs_rehash(encoded)

    def close(self) -> None:
        """Take no more work and finish what was taken; blocks meanwhile."""
        self._threads.shutdown()

    def _fits(self, encoded: str, password: str) -> bool:
        try:
            return self._argon2.verify(encoded, _canonical(password))
        except VerifyMismatchError:
            return False

    async def _run(self, work: Callable[[], T]) -> T:
        if not self._places.acquire(blocking=False):
            raise unavailable(
                "Too many people are signing in at this moment. Try again shortly.", Outage.PASSWORDS_BUSY
            )
        try:
            future: Future[T] = self._threads.submit(work)
        except RuntimeError:
            self._places.release()
            raise unavailable("The server is shutting down. Try again shortly.", Outage.SHUTTING_DOWN) from None
        # Not in a `finally` here: when a caller gives up, its thread still runs to the end.
        future.add_done_callback(lambda _: self._places.release())
        return await asyncio.wrap_future(future)


def _canonical(password: str) -> bytes:
    """The same bytes however a keyboard composes a letter; never an error that quotes the password."""
    return nfc(password).encode("utf-8", "surrogatepass")


def _hash_of_nothing() -> str:
    """A well-formed hash with today's parameters that no password is known to fit."""
    salt, tag = (
        base64.b64encode(secrets.token_bytes(count)).rstrip(b"=").decode("ascii") for count in (SALT_BYTES, HASH_BYTES)
    )
    return f"$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES}${salt}${tag}"
