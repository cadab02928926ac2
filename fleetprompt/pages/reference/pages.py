"""The API reference: an overview that finds operations, and a page for each area."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

from markupsafe import Markup

from fleetprompt.errors import not_found
from fleetprompt.pages.answers import Answer
from fleetprompt.pages.declaring import Page
from fleetprompt.pages.reference.limits import told_limits
from fleetprompt.pages.reference.reading import INSTANCES_KEPT, Reference, reference_of
from fleetprompt.pages.rendering import part
from fleetprompt.pages.visit import Visit
from fleetprompt.web.service import contract

PATH: Final = "/reference"
FIND_LENGTH_MAX: Final = 100
AREAS_KEPT: Final = 8 * INSTANCES_KEPT


def _frame(reference: Reference) -> dict[str, Any]:
    """What every page of the reference shows beside itself."""
    areas = tuple((f"{PATH}/{area.name}", area.name.capitalize()) for area in reference.areas)
    return {"reference": reference, "side": ((PATH, "Overview"), *areas)}


async def _show_overview(visit: Visit) -> Answer:
    document = await visit.ask(contract)
    reference = reference_of(document.body, visit.base_url)
    wanted = visit.query.get("find", [""])[0][:FIND_LENGTH_MAX]
    return visit.html(
        "reference/overview.html",
        **_frame(reference),
        wanted=wanted,
        found=reference.found(wanted),
        limits=told_limits(visit.services.settings.rate_limits),
    )


async def _show_area(visit: Visit) -> Answer:
    document = await visit.ask(contract)
    reference = reference_of(document.body, visit.base_url)
    area = reference.area(visit.path["area"])
    if area is None:
        raise not_found()
    told = _operations(document.body, visit.base_url, area.name)
    return visit.html("reference/area.html", **_frame(reference), area=area, told=told)


@lru_cache(maxsize=AREAS_KEPT)
def _operations(document: bytes, base_url: str, area: str) -> Markup:
    """The operations of an area, rendered once for all who read them."""
    return part("reference/operations.html", area=reference_of(document, base_url).area(area))


OVERVIEW: Final = Page(name="reference", path=PATH, show=_show_overview, reads=(contract,), is_public=True)
AREA: Final = Page(name="reference_area", path=f"{PATH}/{{area}}", show=_show_area, reads=(contract,), is_public=True)
