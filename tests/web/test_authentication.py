"""The session's cookie among others (spec 6.4 Browser)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleetprompt.web.authentication import cookie_value

NAME = "fp_session"
FOREIGN = (
    'theme={"a":1}',
    "version=1",
    "path=/x",
    "secure=1",
    "a=b c",
    "naïve=ü",
    "a@b=1",
    "=nameless",
    "lone",
    'quoted="a,b',
    "",
)


@pytest.mark.parametrize("foreign", FOREIGN)
def test_the_cookies_of_other_applications_do_not_hide_ours(foreign: str) -> None:
    for line in (f"{foreign}; {NAME}=value.of-it", f"{NAME}=value.of-it; {foreign}", f"{foreign};{NAME}=value.of-it;"):
        assert cookie_value({"cookie": line}, NAME) == "value.of-it"


@given(st.lists(st.text(st.characters(exclude_characters=";=", codec="latin-1"), max_size=20), max_size=4))
def test_nothing_that_stands_beside_it_hides_ours(others: list[str]) -> None:
    line = "; ".join([*(f"x{other}=1" for other in others), f"{NAME}=value"])
    assert cookie_value({"cookie": line}, NAME) == "value"


def test_two_cookies_of_our_name_count_as_none() -> None:
    assert cookie_value({"cookie": f"{NAME}=a; {NAME}=b"}, NAME) is None


@pytest.mark.parametrize("line", ["", "x=1", f"x{NAME}=a", f"{NAME}x=a", f"{NAME.upper()}=a"])
def test_a_cookie_of_another_name_is_not_ours(line: str) -> None:
    assert cookie_value({"cookie": line}, NAME) is None
