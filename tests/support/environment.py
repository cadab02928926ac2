"""The settings that the tests' servers run with, in process and as processes of their own."""

from __future__ import annotations

import base64
from pathlib import Path

from fleetprompt.secrets import KeyRing
from tests.support.databases import Database


def _key(first: int) -> str:
    return base64.b64encode(bytes(range(first, first + 32))).decode()


MASTER_KEYS = f"v2:{_key(32)},v1:{_key(0)}"
PUBLIC_URL = "http://127.0.0.1:8000"


def key_ring() -> KeyRing:
    """The fixed ring of the tests: v2 signs, v1 is older."""
    return KeyRing.parse(MASTER_KEYS)


def environment(database: Database, data_dir: Path, **settings: str) -> dict[str, str]:
    """The `FLEETPROMPT_` variables of a server on `database`; `settings` replace ours, without their prefix."""
    ours = {
        "DATABASE_URL": database.serving_url,
        "MIGRATE_DATABASE_URL": database.owner_url,
        "DATA_DIR": str(data_dir),
        "MASTER_KEYS": MASTER_KEYS,
        "PUBLIC_URL": PUBLIC_URL,
        "RATE_LIMITS": "off",
        "LOG_LEVEL": "debug",
    }
    return {f"FLEETPROMPT_{name}": value for name, value in (ours | settings).items()}
