"""Every SQL statement of listings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import msgspec
from msgspec import UNSET
from sqlalchemy import Integer, Text, Uuid, any_, bindparam, cast, func, insert, select, true, union_all, update
from sqlalchemy.dialects.postgresql import ARRAY, TSVECTOR

from fleetprompt import ids
from fleetprompt.authz import PublisherScope
from fleetprompt.enums import AssetKind, ListingStatus
from fleetprompt.fields import or_unset
from fleetprompt.listings.model import Content, DescriptionSource, Image, Links
from fleetprompt.listings.rules import DayCounts, FacetChange, Latest, PublicFacets, Standing, public_facets
from fleetprompt.runtime.judged_markdown import StoredMarkdown
from fleetprompt.runtime.rerendering import Rendered
from fleetprompt.search_text import listing_vector, name_key
from fleetprompt.store.statements import (
    Bound,
    Statement,
    changing,
    columns_of,
    inserting,
    json,
    newest,
    parameters,
    per_shape,
    reading,
)
from fleetprompt.store.tables import facet_deltas, listing_revisions, listings, stat_days, stat_deltas


class ListingItemRow(msgspec.Struct, frozen=True):
    """A listing without its description. images: as stored, objects of url and alt."""

    id: UUID
    asset_kind: str
    status: str
    suspend_reason: str | None
    suspended_at_ms: int | None
    name: str
    summary: str
    tags: list[str]
    categories: list[str]
    images: list[dict[str, str]]
    docs_url: str | None
    repo_url: str | None
    published_releases: int
    latest_release_id: UUID | None
    latest_version: str | None
    latest_published_at_ms: int | None
    revision: int
    created_at_ms: int
    updated_at_ms: int

    @property
    def links(self) -> Links:
        """Where documentation and source are."""
        return Links(
            docs_url=or_unset(self.docs_url),
            repo_url=or_unset(self.repo_url),
        )

    @property
    def screenshots(self) -> tuple[Image, ...]:
        """The images."""
        return msgspec.convert(self.images, tuple[Image, ...])

    @property
    def latest(self) -> Latest | None:
        """The published release of highest precedence."""
        return latest_of(self.latest_release_id, self.latest_version, self.latest_published_at_ms)

    @property
    def standing(self) -> Standing:
        """Where the listing stands."""
        return Standing(
            status=ListingStatus(self.status), published_releases=self.published_releases, latest=self.latest
        )

    @property
    def facets(self) -> PublicFacets:
        """What the listing counts towards as long as it is published."""
        return public_facets(ListingStatus(self.status), AssetKind(self.asset_kind), self.categories, self.tags)


class ListingRow(ListingItemRow, frozen=True):
    """A whole listing."""

    description_markdown: str | None
    description_html: str | None
    description_policy: int | None

    @property
    def content(self) -> Content:
        """What its publisher can edit."""
        source = self.description_markdown
        return Content(
            name=self.name,
            summary=self.summary,
            description=UNSET if source is None else DescriptionSource(format="markdown", markdown=source),
            tags=tuple(self.tags),
            categories=tuple(self.categories),
            images=self.screenshots,
            links=self.links,
        )

    def saying(self, content: Content, description: StoredMarkdown | None) -> ListingRow:
        """The row with other content. description: as judged just now, or None where `content` keeps or lacks it."""
        markdown, html, policy = self.description_markdown, self.description_html, self.description_policy
        if content.description is UNSET:
            markdown = html = policy = None
        elif description is not None:
            markdown, html, policy = description.source, str(description.html), description.policy
        return msgspec.structs.replace(
            self,
            name=content.name,
            summary=content.summary,
            tags=list(content.tags),
            categories=list(content.categories),
            images=msgspec.to_builtins(content.images),
            docs_url=content.links.docs_url or None,
            repo_url=content.links.repo_url or None,
            description_markdown=markdown,
            description_html=html,
            description_policy=policy,
        )


def latest_of(release_id: UUID | None, version: str | None, published_at_ms: int | None) -> Latest | None:
    """The release that three columns name together, or None where they are null."""
    if release_id is None or version is None or published_at_ms is None:
        return None
    return Latest(release_id, version, published_at_ms)


_ONE: Final = reading(
    "listings.one",
    select(*columns_of(listings, ListingRow)).where(
        listings.c.id == bindparam("listing_id"), listings.c.publisher_id == bindparam("publisher_id")
    ),
    ListingRow,
)


def listing(scope: PublisherScope, listing_id: UUID) -> Bound[ListingRow]:
    """One listing of a publisher."""
    return _ONE.bind(listing_id=listing_id, publisher_id=scope.publisher_id)


@per_shape(examples=[{"by_status": False}, {"by_status": True}])
def _page(*, by_status: bool) -> Statement[ListingItemRow]:
    query = select(*columns_of(listings, ListingItemRow)).where(listings.c.publisher_id == bindparam("publisher_id"))
    name = "listings.page"
    if by_status:
        name += ".by_status"
        query = query.where(listings.c.status == bindparam("status"))
    return reading(name, newest(query, listings.c.id), ListingItemRow)


def page(scope: PublisherScope, *, status: ListingStatus | None, after_id: UUID, fetch: int) -> Bound[ListingItemRow]:
    """Listings of a publisher, the newest first. status: of one only."""
    return _page(by_status=status is not None).bind(
        publisher_id=scope.publisher_id,
        status=None if status is None else status.value,
        after_id=after_id,
        fetch=fetch,
    )


class DayRow(msgspec.Struct, frozen=True):
    """The counts of one day of a listing; all null where there are none in the whole time."""

    day: int | None
    install_intents: int | None
    redemptions: int | None

    @property
    def counts(self) -> DayCounts | None:
        """The day's counts, if this row has any."""
        if self.day is None or self.install_intents is None or self.redemptions is None:
            return None
        return DayCounts(self.day, self.install_intents, self.redemptions)


def _counts(table: Any) -> Any:
    return select(table.c.listing_id, table.c.day, table.c.install_intents, table.c.redemptions).where(
        table.c.listing_id == bindparam("listing_id"),
        table.c.day == any_(bindparam("days", type_=ARRAY(Integer))),
    )


_ALL_COUNTS: Final = union_all(_counts(stat_days), _counts(stat_deltas)).subquery("counts")
_STATS: Final = reading(
    "listings.stats",
    select(
        _ALL_COUNTS.c.day,
        func.sum(_ALL_COUNTS.c.install_intents).label("install_intents"),
        func.sum(_ALL_COUNTS.c.redemptions).label("redemptions"),
    )
    .select_from(listings.outerjoin(_ALL_COUNTS, true()))
    .where(listings.c.id == bindparam("listing_id"), listings.c.publisher_id == bindparam("publisher_id"))
    .group_by(listings.c.id, _ALL_COUNTS.c.day),
    DayRow,
)


def stats(scope: PublisherScope, listing_id: UUID, days: Sequence[int]) -> Bound[DayRow]:
    """What happened to a publisher's listing by day, folded or not yet; no row at all where it is not hers."""
    return _STATS.bind(listing_id=listing_id, publisher_id=scope.publisher_id, days=[*days])


_CONTENT: Final[tuple[str, ...]] = (
    "name",
    "summary",
    "description_markdown",
    "description_html",
    "description_policy",
    "tags",
    "categories",
    "images",
    "docs_url",
    "repo_url",
    "name_key",
    "search_vector",
    "revision",
    "updated_at_ms",
)


_CONTENT_VALUES: Final[dict[str, Any]] = {
    **parameters(*_CONTENT),
    "search_vector": cast(bindparam("search_vector"), TSVECTOR),
}


def _content_values(row: ListingRow) -> dict[str, Any]:
    stored = {name: getattr(row, name) for name in _CONTENT if name in row.__struct_fields__}
    return {
        **stored,
        "images": json(row.images),
        "name_key": name_key(row.name),
        "search_vector": listing_vector(name=row.name, tags=row.tags, categories=row.categories, summary=row.summary),
    }


_INSERT: Final = inserting(
    "listings.insert",
    insert(listings).values(
        parameters("id", "publisher_id", "asset_kind", "status", "published_releases", "created_at_ms")
        | _CONTENT_VALUES
    ),
)


def insert_listing(row: ListingRow, publisher_id: UUID) -> Bound[Any]:
    """Add a listing that has no release yet."""
    return _INSERT.bind(
        id=row.id,
        publisher_id=publisher_id,
        asset_kind=row.asset_kind,
        status=row.status,
        published_releases=0,
        created_at_ms=row.created_at_ms,
        **_content_values(row),
    )


_REVISE: Final = changing(
    "listings.revise",
    update(listings)
    .where(listings.c.id == bindparam("listing_id"), listings.c.revision == bindparam("replaced_revision"))
    .values(_CONTENT_VALUES),
)


def revise(row: ListingRow, replaced_revision: int) -> Bound[Any]:
    """Replace what a listing says by what `row` says, if it still is at the revision that was read."""
    return _REVISE.bind(listing_id=row.id, replaced_revision=replaced_revision, **_content_values(row))


_KEEP_REVISION: Final = inserting(
    "listings.keep_revision",
    insert(listing_revisions).values(parameters("listing_id", "revision", "content", "replaced_at_ms")),
)


def keep_revision(replaced: ListingRow, now_ms: int) -> Bound[Any]:
    """Keep what a listing said before."""
    return _KEEP_REVISION.bind(
        listing_id=replaced.id, revision=replaced.revision, content=json(replaced.content), replaced_at_ms=now_ms
    )


_STAND: Final = changing(
    "listings.stand",
    update(listings)
    .where(
        listings.c.id == bindparam("listing_id"),
        listings.c.status == bindparam("status_before"),
        listings.c.published_releases == bindparam("published_releases_before"),
    )
    .values(
        parameters(
            "status",
            "published_releases",
            "latest_release_id",
            "latest_version",
            "latest_published_at_ms",
            "updated_at_ms",
        )
    ),
)


def stand(listing_id: UUID, before: Standing, after: Standing, now_ms: int) -> Bound[Any]:
    """Move a listing's status and its account of its releases from `before`, as they were read, to `after`.

    The row's own CHECK holds rule 2.8: what is published has a published release.
    """
    latest = after.latest
    return _STAND.bind(
        listing_id=listing_id,
        status_before=before.status.value,
        published_releases_before=before.published_releases,
        status=after.status.value,
        published_releases=after.published_releases,
        latest_release_id=None if latest is None else latest.release_id,
        latest_version=None if latest is None else latest.version,
        latest_published_at_ms=None if latest is None else latest.published_at_ms,
        updated_at_ms=now_ms,
    )


def _array(name: str, of: Any) -> Any:
    return cast(bindparam(name), ARRAY(of))


_DELTAS: Final = (
    func.unnest(_array("ids", Uuid), _array("facets", Text), _array("values", Text), _array("listings", Integer))
    .table_valued("id", "facet", "value", "listings", name="deltas")
    .render_derived()
)
_COUNT_FACETS: Final = inserting(
    "listings.count_facets",
    insert(facet_deltas).from_select(["id", "facet", "value", "listings"], select(_DELTAS)),
)


def count_facets(changes: Sequence[FacetChange]) -> tuple[Bound[Any], ...]:
    """The one write, or none, that appends `changes` for the folding job to add up."""
    if not changes:
        return ()
    return (
        _COUNT_FACETS.bind(
            ids=[ids.new_uuid() for _ in changes],
            facets=[change.facet.value for change in changes],
            values=[change.value for change in changes],
            listings=[change.listings for change in changes],
        ),
    )


DESCRIPTIONS: Final = Rendered(
    listings.c.description_markdown, listings.c.description_html, listings.c.description_policy
)
"""The columns that `markdown rerender` renews."""
