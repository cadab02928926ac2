from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleetprompt.rate_limits import (
    BY_ADDRESS,
    BY_PARTNER,
    BY_PUBLISHER,
    BY_USER,
    DEFAULT_LIMITS,
    FAILED_SIGN_INS,
    NO_LIMITS,
    RateClass,
    RateLimit,
    RateLimitsError,
    parse_rate_limits,
)

PERIODS = {"s": 1, "min": 60, "h": 3600, "day": 86400}
LIMITS = st.integers(1, 9_999_999).flatmap(
    lambda count: st.tuples(st.just(count), st.sampled_from(sorted(PERIODS)), st.none() | st.integers(1, count))
)


def test_the_defaults_are_those_that_are_promised() -> None:
    assert {str(name): (limit.count, limit.period_s, limit.burst) for name, limit in DEFAULT_LIMITS.items()} == {
        "public_read": (300, 60, 60),
        "sign_in_address": (10, 60, None),
        "sign_in_account": (5, 60, None),
        "sign_in_account_hour": (100, 3600, None),
        "register": (5, 3600, None),
        "signed_in_read": (600, 60, None),
        "write": (120, 60, None),
        "mint": (30, 60, None),
        "new_listing": (20, 86400, None),
        "new_release": (100, 86400, None),
        "report": (10, 3600, None),
        "redeem": (600, 60, None),
        "internal_failure": (60, 60, None),
    }
    assert set(DEFAULT_LIMITS) == set(RateClass)


def test_it_is_said_of_every_class_whom_it_is_counted_by() -> None:
    groups = (BY_ADDRESS, BY_USER, BY_PUBLISHER, BY_PARTNER, FAILED_SIGN_INS, {RateClass.INTERNAL_FAILURE})
    assert sorted(name for group in groups for name in group) == sorted(RateClass)


def test_default_and_off_are_words() -> None:
    assert parse_rate_limits("default") == DEFAULT_LIMITS
    assert parse_rate_limits("off") == NO_LIMITS == {}


def test_an_override_replaces_the_whole_limit_of_its_class() -> None:
    limits = parse_rate_limits("redeem=1000/s, public_read=200/h ,mint=5/day:2")
    assert limits == {
        **DEFAULT_LIMITS,
        RateClass.REDEEM: RateLimit(1000, 1),
        RateClass.PUBLIC_READ: RateLimit(200, 3600),
        RateClass.MINT: RateLimit(5, 86400, burst=2),
    }


@given(st.dictionaries(st.sampled_from(RateClass), LIMITS, min_size=1))
def test_what_is_written_by_the_grammar_is_read_as_written(
    chosen: dict[RateClass, tuple[int, str, int | None]],
) -> None:
    entries = [
        f"{name}={count}/{period}" + (f":{burst}" if burst else "") for name, (count, period, burst) in chosen.items()
    ]
    expected = {name: RateLimit(count, PERIODS[period], burst) for name, (count, period, burst) in chosen.items()}
    assert parse_rate_limits(",".join(entries)) == {**DEFAULT_LIMITS, **expected}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "entry 1 must be like redeem=600/min"),
        ("redeem=600", "entry 1 must be like"),
        ("redeem=0/min", "entry 1 must be like"),
        ("redeem=-1/min", "entry 1 must be like"),
        ("redeem=6.5/min", "entry 1 must be like"),
        ("redeem=600/minute", "entry 1 must be like"),
        ("redeem=600/min:0", "entry 1 must be like"),
        ("redeem=\N{ARABIC-INDIC DIGIT SIX}/min", "entry 1 must be like"),
        ("redeem=600/min,", "entry 2 must be like"),
        ("default,redeem=600/min", "entry 1 must be like"),
        ("redem=600/min", "did you mean redeem?"),
        ("everything=600/min", "the classes are public_read, sign_in_address"),
        ("mint=5/min:6", "entry 1 has a burst above its count"),
        ("mint=5/min,mint=6/min", "entry 2 gives mint a second time"),
    ],
)
def test_other_texts_are_refused_with_the_place_and_the_remedy(text: str, told: str) -> None:
    with pytest.raises(RateLimitsError) as refused:
        parse_rate_limits(text)
    assert told in str(refused.value)


def test_all_faulty_entries_are_told_at_once() -> None:
    with pytest.raises(RateLimitsError, match=r"entry 1 .*; entry 3 .*did you mean mint"):
        parse_rate_limits("x,redeem=1/s,mints=2/s")
