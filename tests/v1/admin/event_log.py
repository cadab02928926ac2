"""What the audit log's table holds, without the API that reads it."""

from __future__ import annotations

from typing import Any

from fleetprompt import ids
from tests.support.databases import Database

COLUMN = {"lst": "listing_id", "rel": "release_id", "int": "install_intent_id", "pub": "publisher_id"}


def newest(database: Database, about: str, count: int = 1) -> list[dict[str, Any]]:
    """The newest events about one row, named by its id, in the order in which they were written."""
    prefix = about[:3]
    found = database.rows(
        f"select to_jsonb(e) from audit_events e where {COLUMN[prefix]} = %s order by id desc limit %s",
        ids.decode(prefix, about),
        count,
    )
    return [event for (event,) in reversed(found)]
