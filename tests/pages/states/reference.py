"""The states of the API reference."""

from __future__ import annotations

from tests.pages.states.state import State


def states() -> list[State]:
    """The overview, what is found in it, and one area of each sort."""
    return [
        State("reference", "all", "/reference"),
        State("reference", "found", "/reference?find=telespaceid"),
        State("reference", "nothing", "/reference?find=zzzzzz"),
        State("reference_area", "public", "/reference/public"),
        State("reference_area", "partner", "/reference/partner", who="buyer"),
        State("reference_area", "unknown", "/reference/nobody", status=404),
    ]
