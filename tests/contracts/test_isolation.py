"""Mutations that could disagree meet on a row, and change it on a condition (spec 3 Isolation, adr 17)."""

from __future__ import annotations

from typing import Final

import pytest

from fleetprompt.__main__ import load_all
from fleetprompt.runtime.operations import REGISTRY, Kind
from tests.contracts.isolation import touched_by

load_all()  # every entrance registers its operations

# The columns of which a change compares one with what was read; what changes a user's row meets others by that alone.
DECISIVE: Final = {
    "install_intents": {"status"},
    "listings": {"status", "revision", "flagged", "description_markdown"},
    "reports": {"status"},
}
PROTECTED: Final = {
    "accounts.login": "users",
    "api_keys.create": "users",
    "accounts.change_password": "users",
    "users.set_capabilities": "users",
    "moderation.suspend_user": "users",
    "moderation.reinstate_user": "users",
    "listings.revise": "listings",
    "listings.set_status": "listings",
    "releases.publish": "listings",
    "releases.revoke": "listings",
    "moderation.revoke_release": "listings",
    "moderation.suspend_listing": "listings",
    "moderation.reinstate_listing": "listings",
    "moderation.flag_listing": "listings",
    "listings.rerender_descriptions": "listings",
    "installs.mint_token": "install_intents",
    "installs.redeem_token": "install_intents",
    "installs.cancel_intent": "install_intents",
    "installs.expire_intents": "install_intents",
    "moderation.revoke_intent": "install_intents",
    "moderation.resolve_report": "reports",
}


@pytest.mark.parametrize(("name", "table"), PROTECTED.items(), ids=PROTECTED)
def test_every_mutation_that_decides_by_a_row_changes_it_where_it_is_as_it_was_read(name: str, table: str) -> None:
    changes = touched_by(REGISTRY[name]).changes
    assert table in changes
    if table in DECISIVE:
        assert changes[table] & DECISIVE[table]


def test_every_mutation_that_changes_a_decisive_row_is_listed_with_those_that_protect_it() -> None:
    for name, operation in REGISTRY.items():
        if operation.kind is Kind.MUTATION:
            for table in touched_by(operation).changes.keys() & DECISIVE.keys():
                assert PROTECTED.get(name) == table, f"{name} changes {table}"


def test_a_redemption_takes_note_of_what_withdraws_and_those_read_nothing_that_it_writes() -> None:
    redeeming = touched_by(REGISTRY["installs.redeem_token"])
    written = redeeming.written | redeeming.inserts
    for name in ("moderation.suspend_listing", "moderation.suspend_user", "releases.revoke", "listings.set_status"):
        withdrawing = touched_by(REGISTRY[name])
        assert redeeming.reads & withdrawing.written
        assert not withdrawing.reads & written, name
