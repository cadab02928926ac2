"""The one paginator: keyset pages behind opaque, signed cursors (spec 3 Cursors, 6.3)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, Generic, Protocol, TypeVar
from uuid import UUID

import msgspec

from fleetprompt import ids, secrets
from fleetprompt.errors import invalid, not_found
from fleetprompt.fields import Command, Cursor, Limit
from fleetprompt.secrets import KeyRing


class RowWithin(Protocol):
    """A row of a page that was read together with what it belongs to."""

    @property
    def is_there(self) -> bool:
        """Whether it is one: an empty page has a row that is none."""


Item = TypeVar("Item")
Row = TypeVar("Row")
Within = TypeVar("Within", bound=RowWithin)

_PAGING_FIELDS: Final = frozenset({"limit", "cursor"})
_canonical = msgspec.json.Encoder(order="deterministic")


class ListCommand(Command):
    """What every list takes beside its own filters."""

    limit: Limit = 50
    cursor: Cursor | msgspec.UnsetType = msgspec.UNSET


class Page(msgspec.Struct, Generic[Item], frozen=True, rename="camel"):
    """One page of a list. `next_cursor` is null at the end."""

    items: Sequence[Item]
    next_cursor: str | None


def by_id(row: Any) -> Sequence[Any]:
    """The place of a row in a list of the newest first."""
    return [row.id]


class Pager:
    """One request's place in a list.

    A cursor is bound to the operation, its filters and sort, and the caller's scope, not to `limit`. `after` holds the
    sort values of the last item seen, or None on the first page. Raises VALIDATION_FAILED on `cursor`.
    """

    def __init__(self, ring: KeyRing, operation: str, scope: str, command: ListCommand) -> None:
        self._ring = ring
        filters = {k: v for k, v in msgspec.to_builtins(command).items() if k not in _PAGING_FIELDS}
        self._binding = _canonical.encode([operation, scope, filters])
        self._limit = command.limit
        self.after = None if command.cursor is msgspec.UNSET else self._open(command.cursor)

    @property
    def fetch(self) -> int:
        """How many rows to ask for: one more than fits tells whether there is a next page."""
        return self._limit + 1

    @property
    def after_id(self) -> UUID:
        """The id of the last item seen, in a list of the newest first; one behind every id on the first page."""
        return ids.LAST if self.after is None else UUID(self.after[0])

    @property
    def after_place(self) -> tuple[Any, UUID] | None:
        """What the last item seen was sorted by, with its id; None on the first page."""
        return None if self.after is None else (self.after[0], UUID(self.after[1]))

    def page(
        self, rows: Sequence[Row], item: Callable[[Row], Item], *, place: Callable[[Row], Sequence[Any]] = by_id
    ) -> Page[Item]:
        """The page of `rows`, fetched with `fetch`. place: a row's sort values, its id last."""
        shown = rows[: self._limit]
        following = self.cursor_after(place(shown[-1])) if len(rows) > self._limit else None
        return Page([item(row) for row in shown], following)

    def page_within(
        self,
        rows: Sequence[Within],
        item: Callable[[Within], Item],
        *,
        place: Callable[[Within], Sequence[Any]] = by_id,
    ) -> Page[Item]:
        """The page of what belongs to one thing, read together with it in one statement.

        Raises NOT_FOUND where the statement gave no row: that thing is not there, or not to be seen.
        """
        if not rows:
            raise not_found()
        return self.page([row for row in rows if row.is_there], item, place=place)

    def cursor_after(self, place: Sequence[Any]) -> str:
        """The cursor that continues behind `place`."""
        return secrets.sign_cursor(self._ring, msgspec.json.encode(list(place)), self._binding)

    def _open(self, cursor: str) -> list[Any]:
        payload = secrets.open_cursor(self._ring, cursor, self._binding)
        if payload is None:
            raise invalid(("cursor", "is not a cursor of this list with these filters; start again without one"))
        values: list[Any] = msgspec.json.decode(payload)
        return values
