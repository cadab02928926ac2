"""The rule behind a declared field, and what it says about a value that it refuses."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from fleetprompt.constraints import Rule, Unfit


def rule_of(declared: Any) -> Rule:
    (rule,) = (each for each in get_args(declared) if isinstance(each, Rule))
    return rule


def complaint(declared: Any, value: object) -> str:
    with pytest.raises(Unfit) as caught:
        rule_of(declared).accept(value)
    return str(caught.value)
