"""Laws 5 and 7: every route is an operation in its place, and no surface shows another one's shapes."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from fleetprompt.app import ROUTES
from fleetprompt.authz import Access
from fleetprompt.enums import EventType
from fleetprompt.fields import Command, ListingId
from fleetprompt.jobs import JOBS
from fleetprompt.rate_limits import RateClass
from fleetprompt.runtime.job_runs import record_run
from fleetprompt.runtime.operations import REGISTRY, Kind, Ledger, Operation, query
from fleetprompt.runtime.pagination import Page
from fleetprompt.web.mounting import MountingError, check_mounting
from fleetprompt.web.routing import Route, get, patch, post
from tests.laws.shape_laws import shared_bases, structs_in


class Nothing(Command):
    """No arguments."""


class Shown(msgspec.Struct, frozen=True):
    """What anyone sees."""

    name: str


class Reviewed(Shown, frozen=True):
    """What an admin sees, and one day a private field of which anyone might."""

    flagged: bool


class Lines(msgspec.Struct, frozen=True):
    """A shape with a shape in it."""

    shown: list[Shown] | msgspec.UnsetType


async def _nothing(*_: Any) -> None:
    return None


def operation(name: str = "some.operation", who: Access = Access.SIGNED_IN, **declared: Any) -> Operation:
    defaults: dict[str, Any] = {
        "kind": Kind.MUTATION,
        "scope": None,
        "rate": (RateClass.WRITE,),
        "ledger": Ledger.REQUIRED,
        "emits": (EventType.LISTING_CREATED,),
        "owns": {},
        "command": Nothing,
        "result": Shown,
        "function": _nothing,
    }
    return Operation(name=name, who=who, **{**defaults, **declared})


def complaint(*routes: Route, operations: list[Operation] | None = None, jobs: tuple[Operation, ...] = ()) -> str:
    known = [route.operation for route in routes] if operations is None else operations
    with pytest.raises(MountingError) as refused:
        check_mounting(routes, known, jobs)
    return str(refused.value)


def test_every_operation_is_mounted_in_its_place_or_is_the_systems() -> None:
    check_mounting(ROUTES, REGISTRY.values(), [job.operation for job in JOBS])
    assert {route.operation.name for route in ROUTES} == {
        name for name, each in REGISTRY.items() if each.who is not Access.SYSTEM
    }


def test_what_is_mounted_must_be_registered() -> None:
    assert "some.operation is not a registered operation" in complaint(post("/v1/x", operation()), operations=[])
    assert "is not a registered operation" in complaint(post("/v1/x", operation()), operations=[operation()])


def test_what_is_registered_must_be_mounted_unless_it_is_the_systems() -> None:
    assert complaint(operations=[operation()]) == "some.operation is not mounted"
    check_mounting([], [record_run], [record_run])
    internal = operation(who=Access.SYSTEM)
    assert complaint(post("/v1/x", internal)) == "some.operation is mounted"


def test_one_operation_answers_one_place() -> None:
    one, other = operation(), operation("other.operation")
    assert complaint(post("/v1/x", one), post("/v1/y", one), operations=[one]) == "some.operation is mounted 2 times"
    assert complaint(post("/v1/x", one), post("/v1/x", other)) == "POST /v1/x is taken 2 times"


@pytest.mark.parametrize(
    ("path", "who"),
    [
        ("/v1/admin/listings", Access.PUBLISHER),
        ("/v1/internal/ping", Access.SIGNED_IN),
        ("/v1/public/facets", Access.SIGNED_IN),
        ("/v1/publisher/listings", Access.ADMIN),
        ("/v1/reports", Access.PARTNER),
    ],
)
def test_a_surface_belongs_to_those_whom_its_path_names(path: str, who: Access) -> None:
    assert complaint(post(path, operation(who=who))) == f"some.operation ({who}) is at {path}"


def test_what_changes_state_takes_a_key_as_its_method_says_and_has_a_limit() -> None:
    without_ledger = operation(ledger=Ledger.NONE)
    assert complaint(post("/v1/x", without_ledger)) == "some.operation is a POST with its ledger none"
    assert complaint(patch("/v1/x", operation())) == "some.operation is a PATCH with its ledger required"
    assert complaint(get("/v1/x", operation())) == "some.operation is a GET with its ledger required"
    assert complaint(post("/v1/x", operation(rate=()))) == "some.operation has no rate limit"
    check_mounting([post("/v1/auth/x", without_ledger)], [without_ledger], [])


def test_a_job_is_the_systems() -> None:
    listed = operation()
    assert complaint(post("/v1/x", listed), jobs=(listed,)) == "some.operation runs by the clock"


def test_an_id_without_an_owner_is_refused_when_it_is_declared() -> None:
    class ShowListing(Command):
        listing_id: ListingId

    async def show(_: Any, __: Any, command: ShowListing) -> Shown:
        return Shown(str(command.listing_id))

    show.__annotations__.update(command=ShowListing)
    with pytest.raises(ValueError, match="listing_id"):
        query("test.unowned", who=Access.ANYONE)(show)
    assert "test.unowned" not in REGISTRY


def test_no_shape_of_one_surface_is_the_base_of_anothers() -> None:
    assert not shared_bases(REGISTRY.values())


def test_a_shared_base_is_found_wherever_it_stands() -> None:
    public = operation(who=Access.ANYONE, result=Page[Lines])
    for_admins = operation(who=Access.ADMIN, result=list[Reviewed])
    assert shared_bases([public, for_admins]) == ["Shown is the base of what admin, anyone see"]
    assert not shared_bases([for_admins])
    assert set(structs_in(Page[Lines])) == {Page, Lines, Shown}
