"""The rules whose values are not plain text: numbers, flags, ids, preconditions (spec 3 IDs, 5, 6.3)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from fleetprompt import fields, ids
from fleetprompt.constraints import NOTHING, Flag, Unfit
from tests.declared_rules import complaint, rule_of


@pytest.mark.parametrize(
    ("declared", "least", "most"),
    [
        (fields.Limit, 1, 200),
        (fields.ExpiresInDays, 1, 365),
        (fields.StatsDays, 1, 90),
        (fields.TtlMs, 60_000, 3_600_000),
        (fields.SizeBytes, 0, 2**53 - 1),
        (fields.EpochMs, 0, 253_402_300_799_999),
    ],
)
def test_numbers_are_whole_and_within_their_bounds(declared: Any, least: int, most: int) -> None:
    rule = rule_of(declared)
    for number in (least, most):
        assert rule.accept(number) == number
        assert rule.read(str(number)) == number
    wrong: list[object] = [least - 1, most + 1, -(10**20), 10**20, True, float(least), str(least), None, [least]]
    for value in wrong:
        assert complaint(declared, value) == f"must be a whole number from {least} to {most}"
    for text in ("", "+1", "-1", " 1", "1 ", "1.0", "1e1", "01", "0x1", "1_0", "١", "９", "true", "9" * 5000):
        with pytest.raises(Unfit):
            rule.read(text)


def test_a_flag_is_true_or_false_and_nothing_like_them() -> None:
    assert Flag().accept(True) is True
    assert Flag().read("false") is False
    wrong: list[object] = [0, 1, "true", None, []]
    for value in wrong:
        with pytest.raises(Unfit):
            Flag().accept(value)
    for text in ("", "1", "TRUE", "yes"):
        with pytest.raises(Unfit):
            Flag().read(text)


def test_an_id_that_names_nothing_is_the_nil_uuid() -> None:
    listing = ids.new_uuid()
    rule = rule_of(fields.ListingId)
    assert rule.accept(ids.encode("lst", listing)) == listing
    other = ids.encode("rel", listing)
    upper = ids.encode("lst", listing).upper()
    nil = "lst_" + "0" * 26
    for text in (
        "",
        "lst_",
        other,
        upper,
        nil,
        ids.encode("lst", listing) + "\n",
        str(listing),
        "\x00",
        "\ud800",
        "a" * 10**6,
    ):
        assert rule.accept(text) == NOTHING == UUID(int=0)
    wrong: list[object] = [None, 7, True, [], {}, 1.5]
    for value in wrong:
        assert complaint(fields.ListingId, value) == "must be a string"


@pytest.mark.parametrize(
    ("text", "admitted", "refused"),
    [
        ('"3"', ['"3"'], ['"4"', "3", 'W/"3"', ""]),
        ('"3", "4" ,\t"5"', ['"3"', '"4"', '"5"'], ['"6"']),
        ("*", ['"3"'], []),
        ('W/"3"', [], ['"3"', 'W/"3"']),
        ('""', ['""'], ['"3"']),
    ],
)
def test_a_precondition_admits_the_strong_tags_that_it_names(
    text: str, admitted: list[str], refused: list[str]
) -> None:
    precondition = rule_of(fields.IfMatch).read(text)
    assert isinstance(precondition, fields.Precondition)
    assert all(precondition.admits(etag) for etag in admitted)
    assert not any(precondition.admits(etag) for etag in refused)


@pytest.mark.parametrize("text", ["", "3", '"3', '"3""4"', '"3",', "'3'", '"a b"', '"é"', '"3", *', f'"{"a" * 1024}"'])
def test_other_preconditions_are_refused(text: str) -> None:
    with pytest.raises(Unfit, match="must be an etag"):
        rule_of(fields.IfMatch).read(text)
