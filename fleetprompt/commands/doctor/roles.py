"""The role that serves: it owns nothing, and may do just what its grants say (spec 8)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from fleetprompt.commands.doctor.report import Finding, Theme
from fleetprompt.store.grants import GRANTS, Grant
from fleetprompt.store.inspection import Privileges, Role

NAME: Final = "Serving role"
GRANT_AGAIN: Final = "Run `fleetprompt migrate`, which grants the serving role just what it needs."
SEPARATE: Final = (
    "Serve as a role of its own: name it in FLEETPROMPT_DATABASE_URL, the owner in FLEETPROMPT_MIGRATE_DATABASE_URL, "
    "and run `fleetprompt migrate`."
)


def look(role: Role, privileges: Mapping[str, Privileges]) -> Theme:
    """What the role is and may, compared with what it should."""
    return Theme(NAME, role.name, tuple(_findings(role, privileges)))


def _findings(role: Role, privileges: Mapping[str, Privileges]) -> Iterator[Finding]:
    if role.powers:
        yield Finding(f"{role.name} has {', '.join(role.powers)}.", f"Take that from {role.name} as a superuser.")
    if role.owns:
        yield Finding(f"{role.name} owns {len(role.owns)} tables, so no grant and no revocation binds it.", SEPARATE)
        return
    for table in sorted(privileges.keys() | GRANTS.keys()):
        held = privileges.get(table)
        if held is None:
            yield Finding(f"The table {table} is not there.", "Run `fleetprompt migrate`.")
        elif differences := ", ".join(_differences(held, GRANTS.get(table))):
            yield Finding(f"On {table} the grants are not as they should be: {differences}.", GRANT_AGAIN)


def _differences(held: Privileges, wanted: Grant | None) -> Iterator[str]:
    grant = wanted or Grant()
    pairs = [("select", held.select, wanted is not None), ("insert", held.insert, grant.insert)]
    pairs += [("delete", held.delete, grant.delete)]
    pairs += [(f"update of {column}", True, False) for column in held.update if column not in grant.update]
    pairs += [(f"update of {column}", False, True) for column in grant.update if column not in held.update]
    pairs += [(name.lower(), True, False) for name in held.others]
    for name, has, should in pairs:
        if has != should:
            yield f"{name} is {'granted' if has else 'missing'}"
