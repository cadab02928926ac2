from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from statistics import median

import argon2
import pytest
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

from fleetprompt.errors import Code, Refusal
from fleetprompt.passwords import PasswordHasher

PASSWORD = "correct horse battery staple"


@pytest.fixture(scope="module")
def hasher() -> Iterator[PasswordHasher]:
    hasher = PasswordHasher()
    yield hasher
    hasher.close()


def argon2_threads() -> set[threading.Thread]:
    return {thread for thread in threading.enumerate() if thread.name.startswith("argon2")}


def test_a_password_fits_its_own_hash_only(hasher: PasswordHasher) -> None:
    async def run() -> None:
        encoded = await hasher.hash(PASSWORD)
        assert encoded.startswith("$argon2id$v=19$m=9216,t=4,p=1$")
        assert PASSWORD not in encoded
        assert await hasher.verify(encoded, PASSWORD)
        assert not await hasher.verify(encoded, PASSWORD + " ")
        assert not await hasher.verify(encoded, "")
        assert await hasher.hash(PASSWORD) != encoded

    asyncio.run(run())


def test_it_does_not_matter_how_a_keyboard_composes_letters(hasher: PasswordHasher) -> None:
    async def run() -> None:
        encoded = await hasher.hash("Zu\N{COMBINING DIAERESIS}rich am See")
        assert await hasher.verify(encoded, "Z\N{LATIN SMALL LETTER U WITH DIAERESIS}rich am See")
        assert not await hasher.verify(encoded, "Zurich am See")

    asyncio.run(run())


def test_another_implementations_view_of_our_hash_is_the_same(hasher: PasswordHasher) -> None:
    encoded = asyncio.run(hasher.hash("Zu\N{COMBINING DIAERESIS}rich am See"))
    parameters = argon2.extract_parameters(encoded)
    assert (parameters.type, parameters.salt_len, parameters.hash_len) == (argon2.Type.ID, 16, 32)
    assert argon2.low_level.verify_secret(encoded.encode(), "Zürich am See".encode(), argon2.Type.ID)


def test_nobodys_password_never_fits_and_costs_as_much_as_somebodys(hasher: PasswordHasher) -> None:
    async def timed(encoded: str | None) -> float:
        begun = time.perf_counter()
        assert not await hasher.verify(encoded, "a wrong password")
        return time.perf_counter() - begun

    async def run() -> tuple[float, float]:
        encoded = await hasher.hash(PASSWORD)
        pairs = [(await timed(encoded), await timed(None)) for _ in range(9)]
        return median(somebody for somebody, _ in pairs), median(nobody for _, nobody in pairs)

    somebody, nobody = asyncio.run(run())
    assert somebody / 3 < nobody < somebody * 3


def test_a_hash_with_other_parameters_still_fits_and_asks_to_be_renewed(hasher: PasswordHasher) -> None:
    old = argon2.PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(PASSWORD)
    assert asyncio.run(hasher.verify(old, PASSWORD))
    assert hasher.needs_rehash(old)
    assert not hasher.needs_rehash(asyncio.run(hasher.hash(PASSWORD)))


def test_a_damaged_hash_is_a_defect_and_not_a_wrong_password(hasher: PasswordHasher) -> None:
    for damaged in ("", "damaged", "$argon2id$damaged", asyncio.run(hasher.hash(PASSWORD))[:-1] + "!"):
        with pytest.raises((VerificationError, InvalidHashError)) as defect:
            asyncio.run(hasher.verify(damaged, PASSWORD))
        assert not isinstance(defect.value, VerifyMismatchError)
        assert PASSWORD not in repr(defect.value)


def test_s_sec_03_text_that_has_no_utf_8_is_hashed_and_not_quoted(hasher: PasswordHasher) -> None:
    async def run() -> None:
        encoded = await hasher.hash("half a pair \ud83d")
        assert await hasher.verify(encoded, "half a pair \ud83d")
        assert not await hasher.verify(encoded, "half a pair ?")

    asyncio.run(run())


def test_four_run_sixteen_wait_and_the_next_is_told_to_come_back() -> None:
    before = argon2_threads()

    async def run() -> list[object]:
        hasher = PasswordHasher()
        costly = argon2.PasswordHasher(time_cost=100, memory_cost=9216, parallelism=1).hash(PASSWORD)
        running = [hasher.verify(costly, PASSWORD) for _ in range(4)]
        others = [hasher.hash(PASSWORD) for _ in range(17)]
        results = await asyncio.gather(*running, *others, return_exceptions=True)
        assert len(argon2_threads() - before) == 4
        assert await hasher.verify(await hasher.hash(PASSWORD), PASSWORD)
        hasher.close()
        assert argon2_threads() == before
        return results

    results = asyncio.run(run())
    assert results[:4] == [True] * 4
    assert [isinstance(result, str) for result in results[4:]] == [True] * 16 + [False]
    refusal = results[-1]
    assert isinstance(refusal, Refusal)
    assert (refusal.code, refusal.retry_after_s) == (Code.UNAVAILABLE, 1)


async def until_accepted(hasher: PasswordHasher) -> None:
    """Return when a hash has been taken and made, and so everything that was taken before it."""
    async with asyncio.timeout(30):
        while True:
            try:
                await hasher.hash(PASSWORD)
            except Refusal:
                await asyncio.sleep(0.01)
            else:
                return


def test_callers_who_give_up_leave_their_places_to_others() -> None:
    async def run() -> None:
        hasher = PasswordHasher(running_max=1, waiting_max=1)
        for _ in range(3):
            callers = [asyncio.create_task(hasher.hash(PASSWORD)) for _ in range(2)]
            await asyncio.sleep(0)
            with pytest.raises(Refusal):
                await hasher.hash(PASSWORD)
            for caller in callers:
                caller.cancel()
            ends = await asyncio.gather(*callers, return_exceptions=True)
            assert [type(end) for end in ends] == [asyncio.CancelledError] * 2
            await until_accepted(hasher)
        assert not any(await asyncio.gather(hasher.verify(None, PASSWORD), hasher.verify(None, PASSWORD)))
        hasher.close()

    asyncio.run(run())


def test_a_closed_hasher_finishes_what_it_took_and_refuses_more() -> None:
    async def run() -> None:
        hasher = PasswordHasher(running_max=1, waiting_max=2)
        taken = [asyncio.create_task(hasher.hash(PASSWORD)) for _ in range(3)]
        await asyncio.sleep(0)
        hasher.close()
        for _ in range(20):
            with pytest.raises(Refusal) as refused:
                await hasher.hash(PASSWORD)
            assert refused.value.code is Code.UNAVAILABLE
            assert "shutting down" in refused.value.message
        assert all(encoded.startswith("$argon2id$") for encoded in await asyncio.gather(*taken))

    asyncio.run(run())
