"""The permission matrix: what each kind of caller is answered by each operation, as `authz` decides it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Final
from uuid import UUID

from fleetprompt.app import ROUTES
from fleetprompt.authz import ANONYMOUS, Access, Actor, Credential, admit
from fleetprompt.enums import Capability, InstallTargetSystem, KeyScope
from fleetprompt.errors import STATUS, Code, Refusal
from fleetprompt.runtime.operations import REGISTRY, Operation, Owner
from fleetprompt.web.documented_refusals import refusals_of
from fleetprompt.web.routing import Route

SOMEBODY: Final = UUID(int=1)
CAPABLE: Final = {Access.PUBLISHER: {Capability.PUBLISHER}, Access.ADMIN: {Capability.ADMIN}}

INTRODUCTION: Final = """\
# Who may do what

Generated from the declared operations by `make contracts`; the tests compare it. A number is the status of a success.
*Key with scope* and *key without* are API keys of a user who has the capability that the operation needs. *Other owner*
is a caller who may use the operation, but not the row that the request names. A cookie-authenticated write also needs
its CSRF token. Internal operations admit nothing but a partner's signature, and another partner's token is not found.
`/metrics` asks for `METRICS_TOKEN` unless `PUBLIC_URL` is loopback.
"""

CALLERS: Final = ("anonymous", "user", "publisher", "admin", "key with scope", "key without", "partner")


def permission_matrix() -> bytes:
    """The matrix as a table of markdown, one row for each operation, by path."""
    heading = ["operation", "route", *CALLERS, "other owner"]
    rows = [_row(route) for route in sorted(ROUTES, key=lambda route: (route.path, route.method))]
    lines = [_line(heading), _line(["---"] * len(heading)), *(_line(row) for row in rows)]
    internal = [f"`{name}`" for name in sorted(REGISTRY) if REGISTRY[name].who is Access.SYSTEM]
    closing = f"Without a route, for jobs and the command line: {', '.join(internal)}."
    return "\n".join([INTRODUCTION, *lines, "", closing, ""]).encode()


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _row(route: Route) -> list[str]:
    answers = [_answer(route, _actor(caller, route.operation)) for caller in CALLERS]
    return [f"`{route.operation.name}`", f"{route.method} `{route.path}`", *answers, _other_owner(route)]


def _answer(route: Route, actor: Actor) -> str:
    try:
        admit(actor, route.operation.who, route.operation.scope)
    except Refusal as refusal:
        return _shown(refusal.code)
    return str(route.status)


def _other_owner(route: Route) -> str:
    if route.operation.who is Access.PARTNER:
        return _shown(Code.NOT_FOUND) if STATUS[Code.NOT_FOUND] in refusals_of(route) else "–"
    owners = set(route.operation.owns.values())
    if not owners or owners == {Owner.ADMIN}:
        return "–"
    return str(route.status) if owners <= {Owner.PUBLIC, Owner.ADMIN} else _shown(Code.NOT_FOUND)


def _shown(code: Code) -> str:
    return f"{STATUS[code]} {code}"


def _actor(caller: str, operation: Operation) -> Actor:
    makers: Mapping[str, Callable[[], Actor]] = {
        "anonymous": lambda: ANONYMOUS,
        "user": lambda: _user(set()),
        "publisher": lambda: _user({Capability.PUBLISHER}),
        "admin": lambda: _user({Capability.ADMIN}),
        "key with scope": lambda: _key(operation, {operation.scope}),
        "key without": lambda: _key(operation, set(KeyScope) - {operation.scope}),
        "partner": lambda: _partner(operation),
    }
    return makers[caller]()


def _user(capabilities: set[Capability]) -> Actor:
    return Actor(
        credential=Credential.SESSION,
        user_id=SOMEBODY,
        publisher_id=SOMEBODY if Capability.PUBLISHER in capabilities else None,
        capabilities=frozenset(capabilities),
    )


def _key(operation: Operation, scopes: Collection[KeyScope | None]) -> Actor:
    return Actor(
        credential=Credential.API_KEY,
        user_id=SOMEBODY,
        publisher_id=SOMEBODY,
        capabilities=frozenset(CAPABLE.get(operation.who, set())),
        scopes=frozenset(scope for scope in scopes if scope is not None),
        api_key_id=SOMEBODY,
    )


def _partner(operation: Operation) -> Actor:
    """A partner's signature counts on internal routes only; elsewhere nobody looks at it."""
    if operation.who is not Access.PARTNER:
        return ANONYMOUS
    return Actor(
        credential=Credential.SIGNATURE, partner_key_id=SOMEBODY, target_system=next(iter(InstallTargetSystem))
    )
