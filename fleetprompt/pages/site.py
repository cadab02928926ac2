"""Every page, in the order in which the site is told."""

from __future__ import annotations

from typing import Final

from fleetprompt.pages.account import api_keys, overview, register, sessions, sign_in
from fleetprompt.pages.console import edit_listing, listings, new_release, profile, releases, statistics, status
from fleetprompt.pages.declaring import Page
from fleetprompt.pages.installs import history, install, intent
from fleetprompt.pages.moderation import pages as moderation
from fleetprompt.pages.reference import pages as reference
from fleetprompt.pages.storefront import feeds, home, listing, publisher, release, report, search

PAGES: Final[tuple[Page, ...]] = (
    home.HOME,
    search.SEARCH,
    listing.LISTING,
    listing.RELEASES,
    report.REPORT,
    report.REPORTED,
    release.RELEASE,
    publisher.PUBLISHER,
    feeds.FEED,
    feeds.LISTING_FEED,
    feeds.SITE_MAP,
    feeds.ROBOTS,
    reference.OVERVIEW,
    reference.AREA,
    install.INSTALL,
    history.INSTALLS,
    intent.INTENT,
    intent.CANCEL_INTENT,
    register.REGISTER,
    sign_in.SIGN_IN,
    sign_in.SIGN_OUT,
    overview.ACCOUNT,
    overview.PASSWORD,
    sessions.SESSIONS,
    sessions.END_SESSION,
    api_keys.API_KEYS,
    api_keys.NEW_API_KEY,
    api_keys.REVOKE_API_KEY,
    listings.CONSOLE,
    edit_listing.NEW_LISTING,
    listings.LISTING,
    edit_listing.EDIT_LISTING,
    status.STATUS,
    new_release.NEW_RELEASE,
    releases.RELEASES,
    releases.RELEASE,
    releases.REVOKE_RELEASE,
    statistics.STATISTICS,
    profile.PROFILE,
    *moderation.PAGES,
)
"""What the composition root mounts and the tests walk."""
