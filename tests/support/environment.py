"""The settings that the tests' servers run with, in process and as processes of their own."""

from __future__ import annotations

from pathlib import Path

from tests.support.databases import Database
from tests.support.keys import MASTER_KEYS as MASTER_KEYS
from tests.support.keys import key_ring as key_ring

PUBLIC_URL = "http://127.0.0.1:8000"


def environment(database: Database, data_dir: Path, **settings: str | None) -> dict[str, str]:
    """The `FLEETPROMPT_` variables of a server on `database`; `settings` replace ours, without their prefix.

    One that is None is left out.
    """
    ours = {
        "DATABASE_URL": database.serving_url,
        "MIGRATE_DATABASE_URL": database.owner_url,
        "DATA_DIR": str(data_dir),
        "MASTER_KEYS": MASTER_KEYS,
        "PUBLIC_URL": PUBLIC_URL,
        "RATE_LIMITS": "off",
        "LOG_LEVEL": "debug",
    }
    return {f"FLEETPROMPT_{name}": value for name, value in (ours | settings).items() if value is not None}
