"""The decisions of accounts, without a database."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleetprompt import ids
from fleetprompt.accounts import rules
from fleetprompt.clock import DAY_MS, HOUR_MS
from fleetprompt.enums import Capability, KeyScope
from fleetprompt.errors import Reason

HANDLE = re.compile("[a-z0-9][a-z0-9-]{0,37}[a-z0-9]")
SUFFIX = "0123abcd"
NOW_MS = 1_800_000_000_000


@given(st.text(max_size=80), st.booleans())
def test_whatever_the_name_a_derived_handle_is_one(display_name: str, is_taken: bool) -> None:
    slug = rules.slug_of(display_name)
    handle = rules.derived_handle(slug, is_taken=is_taken, suffix=SUFFIX)
    assert HANDLE.fullmatch(handle)
    assert handle not in rules.RESERVED_HANDLES
    assert handle == slug or handle.endswith(f"-{SUFFIX}")


@pytest.mark.parametrize(
    ("display_name", "is_taken", "handle"),
    [
        ("Acme", False, "acme"),
        ("Acme", True, "acme-0123abcd"),
        ("Straße 9", False, "strasse-9"),
        ("  --Acme__Corp--  ", False, "acme-corp"),
        ("x", False, "x-0123abcd"),
        ("🙂", False, "publisher-0123abcd"),
        ("Admin", False, "admin-0123abcd"),
        ("a" * 38 + " b", False, "a" * 38),
        ("a" * 60, True, "a" * 30 + "-0123abcd"),
    ],
)
def test_a_handle_follows_the_name_and_is_suffixed_where_it_must_be(
    display_name: str, is_taken: bool, handle: str
) -> None:
    assert rules.derived_handle(rules.slug_of(display_name), is_taken=is_taken, suffix=SUFFIX) == handle


@pytest.mark.parametrize(
    ("capabilities", "age_ms", "idle_ms", "is_live"),
    [
        ((), 0, 0, True),
        ((), 14 * DAY_MS - 1, 0, True),
        ((), 14 * DAY_MS, 0, False),
        ((), DAY_MS, 12 * HOUR_MS - 1, True),
        ((), DAY_MS, 12 * HOUR_MS, False),
        ((Capability.PUBLISHER,), DAY_MS, 11 * HOUR_MS, True),
        ((Capability.ADMIN,), 12 * HOUR_MS - 1, 0, True),
        ((Capability.ADMIN,), 12 * HOUR_MS, 0, False),
        ((Capability.ADMIN,), 2 * HOUR_MS, HOUR_MS - 1, True),
        ((Capability.PUBLISHER, Capability.ADMIN), 2 * HOUR_MS, HOUR_MS, False),
    ],
)
def test_a_session_ends_by_age_and_by_idleness_an_admins_sooner(
    capabilities: tuple[Capability, ...], age_ms: int, idle_ms: int, is_live: bool
) -> None:
    created_at_ms = NOW_MS - age_ms
    assert is_live is rules.session_is_live(
        capabilities=capabilities,
        created_at_ms=created_at_ms,
        last_seen_at_ms=NOW_MS - idle_ms,
        expires_at_ms=created_at_ms + rules.LIFETIME_MS,
        now_ms=NOW_MS,
    )


def test_the_admin_scope_is_for_admins() -> None:
    scopes = (KeyScope.READ, KeyScope.ADMIN)
    assert rules.scopes_problems(scopes, (Capability.ADMIN,)) == ()
    assert rules.scopes_problems((KeyScope.READ,), ()) == ()
    ((path, _),) = rules.scopes_problems(scopes, (Capability.PUBLISHER,))
    assert path == "scopes[1]"


def test_an_admin_takes_admin_from_others_only() -> None:
    ines, otto = ids.new_uuid(), ids.new_uuid()

    def refusal(target: object, *revoked: Capability) -> object:
        decided = rules.refusal_to_change_capabilities(
            target_user_id=ines if target is ines else otto, actor_user_id=ines, revoked=revoked
        )
        return decided and decided.reason

    assert refusal(ines, Capability.ADMIN) is Reason.TRANSITION
    assert refusal(ines, Capability.PUBLISHER) is None
    assert refusal(otto, Capability.ADMIN) is None
