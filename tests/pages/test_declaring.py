"""Pages that do not belong together stop the start."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from fleetprompt.catalog.reads import search
from fleetprompt.pages.console.edit_listing import EDIT_LISTING
from fleetprompt.pages.declaring import PageError, check_pages
from fleetprompt.pages.site import PAGES
from fleetprompt.rate_limits import RateClass
from fleetprompt.runtime.operations import REGISTRY


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"also_reads": (search,)}, "also reads catalog.search, which its sending does not count"),
        ({"reads": (EDIT_LISTING.operation,)}, "reads listings.revise, which is no registered query"),
        ({"is_public": True}, "cannot be public"),
    ],
)
def test_a_page_that_declares_what_cannot_be_stops_the_start(change: dict[str, Any], told: str) -> None:
    check_pages((EDIT_LISTING,), REGISTRY)
    with pytest.raises(PageError, match=told):
        check_pages((replace(EDIT_LISTING, **change),), REGISTRY)


def test_looking_at_a_page_is_never_counted_as_a_write() -> None:
    assert not [page.name for page in PAGES for each in page.reads if RateClass.WRITE in each.rate]
