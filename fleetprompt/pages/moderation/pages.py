"""The pages of moderation, in the order in which the site is told."""

from __future__ import annotations

from typing import Final

from fleetprompt.pages.declaring import Page
from fleetprompt.pages.moderation import (
    audit,
    intents,
    judge_listing,
    listing,
    listings,
    partner_keys,
    publishers,
    releases,
    reports,
    users,
)

PAGES: Final[tuple[Page, ...]] = (
    listing.QUEUE,
    listings.LISTINGS,
    listing.LISTING,
    judge_listing.SUSPEND,
    judge_listing.REINSTATE,
    judge_listing.FLAG,
    judge_listing.UNFLAG,
    reports.REPORTS,
    reports.RESOLVE,
    releases.RELEASE,
    releases.REVOKE,
    intents.INTENT,
    intents.REVOKE,
    users.USERS,
    users.USER,
    users.SUSPEND,
    users.REINSTATE,
    users.CAPABILITIES,
    publishers.PUBLISHER,
    publishers.VERIFICATION,
    partner_keys.PARTNER_KEYS,
    partner_keys.NEW_PARTNER_KEY,
    partner_keys.REVOKE_PARTNER_KEY,
    audit.AUDIT,
)
"""What admins look at and do."""
