"""Decisions of moderation that need no database."""

from __future__ import annotations

import pytest

from fleetprompt import ids
from fleetprompt.enums import InstallIntentStatus, ListingStatus, ReportStatus, VerificationStatus
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


def test_a_flag_may_be_replaced_but_not_taken_where_there_is_none() -> None:
    assert _is_transition(rules.refusal_to_flag(was_flagged=False, is_flagged=False))
    for was_flagged, is_flagged in ((False, True), (True, True), (True, False)):
        assert rules.refusal_to_flag(was_flagged=was_flagged, is_flagged=is_flagged) is None


def test_a_user_is_suspended_once_and_never_by_herself() -> None:
    user, admin = ids.new_uuid(), ids.new_uuid()
    assert rules.refusal_to_suspend_user(user_id=user, admin_user_id=admin, suspended_at_ms=None) is None
    assert _is_transition(rules.refusal_to_suspend_user(user_id=user, admin_user_id=admin, suspended_at_ms=0))
    assert _is_transition(rules.refusal_to_suspend_user(user_id=user, admin_user_id=user, suspended_at_ms=None))
    assert _is_transition(rules.refusal_to_reinstate_user(None))
    assert rules.refusal_to_reinstate_user(0) is None


def test_a_check_may_be_made_again_and_taken_back_but_only_if_there_was_one() -> None:
    unchecked = VerificationStatus.UNVERIFIED
    for before in VerificationStatus:
        for after in VerificationStatus:
            refusal = rules.refusal_to_set_verification(before, after)
            assert _is_transition(refusal) if before is after is unchecked else refusal is None
    assert rules.checked_at_ms(unchecked, 7) is None
    assert rules.checked_at_ms(VerificationStatus.FAILED, 7) == rules.checked_at_ms(VerificationStatus.VERIFIED, 7) == 7


def test_only_an_open_report_is_decided_on() -> None:
    for status in ReportStatus:
        refusal = rules.refusal_to_resolve(status)
        assert refusal is None if status is ReportStatus.OPEN else _is_transition(refusal)
