"""What statements a request sends: taken down from the product itself, so that the bare handler sends the same."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any, Self

from fleetprompt.errors import Outage, unavailable
from fleetprompt.store.db import PooledConnection, Rows
from fleetprompt.store.statements import Bound


@dataclass(frozen=True)
class Sent:
    """One statement as it was sent."""

    sql: str
    values: dict[str, Any]


Batch = list[Sent]
"""What goes out in one round trip."""


class Recorder:
    """While it is entered, takes down every round trip of this process and lets no COMMIT through."""

    def __init__(self) -> None:
        self.batches: list[Batch] = []
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        original = PooledConnection.exchange
        batches = self.batches

        async def exchange(
            connection: PooledConnection, batch: Sequence[Bound[Any]], *, committing: bool = False
        ) -> list[Rows]:
            batches.append([Sent(bound.statement.sql, bound.values) for bound in batch])
            if committing:
                raise unavailable("Recorded, and not committed.", Outage.SHUTTING_DOWN)
            return await original(connection, batch)

        setattr(PooledConnection, "exchange", exchange)  # noqa: B010  # a plain assignment is refused by the type checker
        self._stack.callback(setattr, PooledConnection, "exchange", original)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    def taken(self) -> list[Batch]:
        """The round trips since the last call."""
        taken, self.batches[:] = list(self.batches), []
        return taken
