"""What publishers see of their releases (spec 6.4 Publisher, 6.5)."""

from __future__ import annotations

from fleetprompt.authz import Access, Actor, own_as_publisher
from fleetprompt.errors import not_found
from fleetprompt.fields import or_none
from fleetprompt.listings.reads import OWNS_LISTING
from fleetprompt.rate_limits import RateClass
from fleetprompt.releases import shapes, statements
from fleetprompt.releases.model import (
    OwnRelease,
    OwnReleases,
    PublisherReleaseItem,
    ReleaseReply,
)
from fleetprompt.runtime.operations import Owner, query
from fleetprompt.runtime.pagination import Page, Pager
from fleetprompt.runtime.run import Look


@query("releases.list_own", who=Access.PUBLISHER, rate=(RateClass.SIGNED_IN_READ,), owns=OWNS_LISTING)
async def list_own(look: Look, actor: Actor, command: OwnReleases) -> Page[PublisherReleaseItem]:
    """The releases of one of the caller's listings, revoked ones included, the newest first (spec 6.3).

    Raises NOT_FOUND; VALIDATION_FAILED on `cursor`.
    """
    scope = own_as_publisher(actor)
    pager = Pager(look.ring, "releases.list_own", str(scope.publisher_id), command)
    version = or_none(command.version)
    rows = await look.many(
        statements.page(scope, command.listing_id, version=version, after_id=pager.after_id, fetch=pager.fetch)
    )
    return pager.page_within(rows, shapes.release_item)


@query(
    "releases.get_own",
    who=Access.PUBLISHER,
    rate=(RateClass.SIGNED_IN_READ,),
    owns={"release_id": Owner.PUBLISHER},
)
async def get_own(look: Look, actor: Actor, command: OwnRelease) -> ReleaseReply:
    """One release of the caller's, published or revoked. Raises NOT_FOUND."""
    row = await look.one(statements.release(own_as_publisher(actor), command.release_id))
    if row is None:
        raise not_found()
    return shapes.release_reply(row)
