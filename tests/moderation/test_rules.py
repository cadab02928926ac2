"""Decisions of moderation that need no database."""

from __future__ import annotations

import pytest

from fleetprompt.enums import InstallIntentStatus, ListingStatus
from fleetprompt.errors import Code, Reason, Refusal
from fleetprompt.moderation import rules


def _is_transition(refusal: Refusal | None) -> bool:
    return refusal is not None and (refusal.code, refusal.reason) == (Code.CONFLICT, Reason.TRANSITION)


def test_every_listing_that_is_not_suspended_may_be() -> None:
    for status in ListingStatus:
        refusal = rules.refusal_to_suspend_listing(status)
        assert _is_transition(refusal) if status is ListingStatus.SUSPENDED else refusal is None


@pytest.mark.parametrize(
    ("before", "published_releases", "after"),
    [
        ("draft", 0, "draft"),
        ("draft", 2, "draft"),
        ("unlisted", 0, "unlisted"),
        ("unlisted", 1, "unlisted"),
        ("published", 1, "published"),
        ("published", 0, "unlisted"),
    ],
)
def test_a_reinstated_listing_returns_to_what_it_was_as_far_as_rule_8_allows(
    before: str, published_releases: int, after: str
) -> None:
    assert rules.status_when_reinstated(ListingStatus(before), published_releases) == after


def test_only_intents_that_are_not_at_their_end_are_revoked() -> None:
    alive = {status for status in InstallIntentStatus if rules.refusal_to_revoke_intent(status) is None}
    assert alive == {InstallIntentStatus.CREATED, InstallIntentStatus.TOKEN_ISSUED}
    assert _is_transition(rules.refusal_to_revoke_intent(InstallIntentStatus.REDEEMED))
