"""Every page, in the order in which the site is told."""

from __future__ import annotations

from typing import Final

from fleetprompt.pages.account import sign_in
from fleetprompt.pages.declaring import Page
from fleetprompt.pages.storefront import home

PAGES: Final[tuple[Page, ...]] = (
    home.HOME,
    sign_in.SIGN_IN,
    sign_in.SIGN_OUT,
)
"""What the composition root mounts and the tests walk."""
