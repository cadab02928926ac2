from __future__ import annotations

import base64

import pytest

from fleetprompt.secrets import KeyRing


@pytest.fixture(scope="session")
def ring() -> KeyRing:
    """Two known keys: v2, which signs, and v1, which is older."""
    v2, v1 = (base64.b64encode(bytes(range(start, start + 32))).decode("ascii") for start in (32, 0))
    return KeyRing.parse(f"v2:{v2},v1:{v1}")


@pytest.fixture(scope="session")
def other_ring() -> KeyRing:
    """A key that has nothing to do with those of `ring`, under the name of one of them."""
    return KeyRing.generate()
