"""`contracts/acceptance.json` gives each acceptance id its rule; tests carry the ids in their names."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Any, Final

import msgspec

from tests.contracts.generate import CONTRACTS
from tests.laws.source import Source

ID: Final = re.compile(r"_((?:[uisr]_[a-z]+|e2e)_[0-9]{2}|s_idor|r_crash|r_race)(?=_|$)")


def ids_in(test: str) -> set[str]:
    """The ids that a test's name carries, as they are written in documents."""
    return {found.replace("_", "-").upper() for found in ID.findall(test)}


def found_in_tests() -> dict[str, list[str]]:
    """The tests of each id that some test carries."""
    tests: dict[str, list[str]] = defaultdict(list)
    for module in Source.under("tests"):
        for function in module.functions:
            if function.name.startswith("test_"):
                for each in ids_in(function.name):
                    tests[each].append(f"{module.name}.{function.name}")
    return tests


def acceptance() -> dict[str, dict[str, str]]:
    decoded: dict[str, dict[str, Any]] = msgspec.json.decode((CONTRACTS / "acceptance.json").read_bytes())
    return decoded


def test_ids_are_read_from_a_tests_name() -> None:
    assert ids_in("test_i_int_04_an_expired_token_is_not_found") == {"I-INT-04"}
    assert ids_in("test_s_idor_and_e2e_04_and_u_tok_01") == {"S-IDOR", "E2E-04", "U-TOK-01"}
    assert ids_in("test_r_race_two_mints") == {"R-RACE"}
    assert ids_in("test_a_page_of_20_items") == set()


def test_every_id_has_its_rule_in_a_sentence() -> None:
    for each, entry in acceptance().items():
        assert re.fullmatch(r"(?:[UISR]-[A-Z]+|E2E)-[0-9]{2}|S-IDOR|R-CRASH|R-RACE", each)
        assert entry.keys() <= {"rule", "pending", "partly"}
        for sentence in entry.values():
            assert sentence[0].isupper()
            assert sentence.endswith(".")


def test_no_test_carries_an_id_that_is_not_there() -> None:
    unknown = {each: tests for each, tests in found_in_tests().items() if each not in acceptance()}
    assert not unknown


def test_every_id_has_a_test_or_says_why_not() -> None:
    """`pending`: there is no test, and why. `partly`: there are tests, and what of the rule they leave out."""
    told, found = acceptance(), found_in_tests()
    assert not [each for each, entry in told.items() if each not in found and "pending" not in entry]
    assert not [each for each, entry in told.items() if each in found and "pending" in entry], "these have tests now"
