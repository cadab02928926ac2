"""The master keys that every test server runs with, and that every test database was used with."""

from __future__ import annotations

import base64
import hashlib
from typing import Final

from fleetprompt.secrets import KeyRing
from tests.support.secrecy.exchanges import COLLECTED


def master_keys(*versions: int) -> str:
    """A ring of these versions, the first of which signs, as FLEETPROMPT_MASTER_KEYS has it; each has its own key."""
    keys = [
        base64.b64encode(hashlib.sha256(f"master key {version}".encode()).digest()).decode() for version in versions
    ]
    COLLECTED.add(*keys)
    return ",".join(f"v{version}:{key}" for version, key in zip(versions, keys, strict=True))


MASTER_KEYS: Final = master_keys(2, 1)


def key_ring() -> KeyRing:
    """The fixed ring of the tests: v2 signs, v1 is older."""
    return KeyRing.parse(MASTER_KEYS)
