"""What must be true of all routes and operations together, or the application refuses to start."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from fleetprompt.authz import Access
from fleetprompt.runtime.operations import Ledger, Operation
from fleetprompt.web.routing import Route

SURFACES: Final[Mapping[str, Access]] = {
    "/v1/public/": Access.ANYONE,
    "/v1/internal/": Access.PARTNER,
    "/v1/admin/": Access.ADMIN,
}
"""Who may call everything below a path."""

OUTSIDE_THE_LEDGER: Final = "/v1/auth/"
LEDGERS: Final[Mapping[str, Ledger]] = {"POST": Ledger.REQUIRED, "PATCH": Ledger.ACCEPTED, "PUT": Ledger.ACCEPTED}
"""Whether what changes state takes an `Idempotency-Key`, by its method (spec 6.2)."""


class MountingError(Exception):
    """Routes and operations that do not belong together. The message names every one."""


def check_mounting(routes: Iterable[Route], operations: Iterable[Operation], jobs: Iterable[Operation]) -> None:
    """Raise MountingError unless every route is a registered operation in its place, and every operation is reached.

    jobs: the operations that run by the clock, which are the system's like all that have no route.
    """
    problems = [*_problems(tuple(routes), tuple(operations), tuple(jobs))]
    if problems:
        raise MountingError("; ".join(problems))


def _problems(
    routes: tuple[Route, ...], operations: tuple[Operation, ...], jobs: tuple[Operation, ...]
) -> Iterator[str]:
    known = {operation.name: operation for operation in operations}
    for operation in (*(route.operation for route in routes), *jobs):
        if known.get(operation.name) is not operation:
            yield f"{operation.name} is not a registered operation"
    mounted = Counter(route.operation.name for route in routes)
    yield from (f"{name} is mounted {times} times" for name, times in mounted.items() if times > 1)
    places = Counter(f"{route.method} {route.path}" for route in routes)
    yield from (f"{place} is taken {times} times" for place, times in places.items() if times > 1)
    for operation in operations:
        if (operation.who is Access.SYSTEM) == (operation.name in mounted):
            yield f"{operation.name} is {'mounted' if operation.name in mounted else 'not mounted'}"
    yield from (f"{job.name} runs by the clock" for job in jobs if job.who is not Access.SYSTEM)
    for route in routes:
        yield from _misplaced(route)


def _misplaced(route: Route) -> Iterator[str]:
    operation = route.operation
    for prefix, access in SURFACES.items():
        is_here, is_theirs = route.path.startswith(prefix), operation.who is access
        if (is_here and not is_theirs) or (is_theirs and not is_here and access is not Access.ANYONE):
            yield f"{operation.name} ({operation.who}) is at {route.path}"
    if operation.emits:
        outside = route.path.startswith(OUTSIDE_THE_LEDGER)
        wanted = Ledger.NONE if outside else LEDGERS.get(route.method)
        if operation.ledger is not wanted:
            yield f"{operation.name} is a {route.method} with its ledger {operation.ledger}"
        if not operation.rate:
            yield f"{operation.name} has no rate limit"
