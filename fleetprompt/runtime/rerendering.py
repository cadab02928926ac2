"""Rendering stored markdown again when the policy has changed: in batches, by operations without a route (spec 2.4, 7).

Only the rendered HTML and the policy's version change; the source stays what its writer sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import Column, Table, bindparam, select, tuple_, update
from sqlalchemy.dialects.postgresql import array

from fleetprompt import ids
from fleetprompt.enums import EventType
from fleetprompt.fields import Command, Range
from fleetprompt.markdown import POLICY_VERSION, SafeHtml, stored_html
from fleetprompt.runtime.audit import Event, details_of
from fleetprompt.runtime.operations import Outcome
from fleetprompt.runtime.run import MutationTx
from fleetprompt.runtime.services import Services
from fleetprompt.store.statements import Bound, changing, reading

ROWS_MAX: Final = 50
BATCH_LENGTH_MAX: Final = 20_000
"""Characters of source in one batch: what can be rendered well within the time that an operation has."""


@details_of(EventType.MARKDOWN_RERENDERED)
class Rerendering(msgspec.Struct, frozen=True, rename="camel"):
    """How many rows of which table have HTML of this version of the policy now."""

    table: str
    rows: int
    policy: int


class RerenderBatch(Command):
    """The next rows behind the one with this primary key, or the first ones; at most `limit`."""

    after: tuple[UUID, ...] = ()
    limit: Annotated[int, Range(1, ROWS_MAX)] = ROWS_MAX


class RerenderedBatch(msgspec.Struct, frozen=True):
    """How many rows were rendered again, and the key of the last one looked at; None where nothing is left."""

    done: int
    after: tuple[UUID, ...] | None


class Outdated(msgspec.Struct, frozen=True):
    """A row whose HTML an earlier version of the policy rendered."""

    key: list[UUID]
    source: str


Renewed = Sequence[tuple[Outdated, SafeHtml]]


class Rendered:
    """The columns of one table that hold a source, its HTML, and the version of the policy that rendered it."""

    def __init__(self, source: Column[Any], html: Column[Any], policy: Column[Any]) -> None:
        table = source.table
        if not isinstance(table, Table):
            raise TypeError(f"{source} is no column of a table")
        self.table: Final = str(table.name)
        keys = list(table.primary_key.columns)
        self._after: Final = tuple(f"after_{key.name}" for key in keys)
        self._keys: Final = tuple(f"key_{key.name}" for key in keys)
        self._outdated: Final = reading(
            f"rerendering.outdated.{self.table}",
            select(array(keys).label("key"), source.label("source"))
            .where(policy < bindparam("policy"), tuple_(*keys) > tuple_(*(bindparam(name) for name in self._after)))
            .order_by(*keys)
            .limit(bindparam("limit")),
            Outdated,
        )
        self._renew: Final = changing(
            f"rerendering.renew.{self.table}",
            update(table)
            .where(
                *(key == bindparam(name) for key, name in zip(keys, self._keys, strict=True)),
                source == bindparam("rendered_source"),
                policy < bindparam("new_policy"),
            )
            .values({html.name: bindparam("new_html"), policy.name: bindparam("new_policy")}),
        )

    def outdated(self, command: RerenderBatch) -> Bound[Outdated]:
        """The next rows that an earlier version of the policy rendered, in the order of their primary keys."""
        after = command.after or (ids.FIRST,) * len(self._after)
        return self._outdated.bind(
            policy=POLICY_VERSION, limit=command.limit, **dict(zip(self._after, after, strict=True))
        )

    def renew(self, row: Outdated, html: SafeHtml) -> Bound[Any]:
        """Give a row its new HTML, as long as it has the source that this was rendered from."""
        return self._renew.bind(
            **dict(zip(self._keys, row.key, strict=True)),
            rendered_source=row.source,
            new_html=str(html),
            new_policy=POLICY_VERSION,
        )


async def render_again(services: Services, rendered: Rendered, command: RerenderBatch) -> Renewed:
    """The next outdated rows with their new HTML: the costly part, before any transaction. Raises UNAVAILABLE."""
    batch: list[tuple[Outdated, SafeHtml]] = []
    length = 0
    for row in await services.db.many(rendered.outdated(command)):
        length += len(row.source)
        if batch and length > BATCH_LENGTH_MAX:
            break
        batch.append((row, stored_html(await services.markdown.judge(row.source))))
    return batch


async def renew(tx: MutationTx, rendered: Rendered, command: RerenderBatch, batch: Renewed) -> Outcome[RerenderedBatch]:
    """Write the new HTML of those rows that nobody has edited since; an empty batch leaves no event."""
    unedited = await tx.many(rendered.outdated(command))
    writes = [rendered.renew(row, html) for row, html in batch if row in unedited]
    reached = tuple(batch[-1][0].key) if batch else None
    if not writes:
        return Outcome(RerenderedBatch(0, reached))
    details = Rerendering(rendered.table, len(writes), POLICY_VERSION)
    event = Event(
        type=EventType.MARKDOWN_RERENDERED,
        summary=f"The markdown of {details.rows} {rendered.table} was rendered again by policy {POLICY_VERSION}.",
        details=details,
    )
    return Outcome(RerenderedBatch(len(writes), reached), writes=writes, events=[event])
