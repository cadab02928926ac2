"""What an operator types: passwords, and values held to the same rules as a request's fields."""

from __future__ import annotations

import sys

import click
import msgspec

from fleetprompt.commands.instance import Failure
from fleetprompt.constraints import Unfit
from fleetprompt.fields import rules_by_field


def ask_password() -> str:
    """The password, asked for twice at a terminal and not shown, else one line of standard input."""
    if sys.stdin.isatty():
        answer: str = click.prompt("Password", hide_input=True, confirmation_prompt="Once more")
        return answer
    return sys.stdin.readline().removesuffix("\n").removesuffix("\r")


def sound(command: type[msgspec.Struct], field: str, value: str, what: str) -> str:
    """`value` as the rules of this field of a command accept it. what: how the operator knows it.

    Raises Failure, which says what is wrong with it.
    """
    for rule in rules_by_field(command)[field]:
        try:
            value = str(rule.accept(value))
        except Unfit as unfit:
            raise Failure(f"{what} {unfit}.") from None
    return value
