"""A process looks at its key file again and again (spec 3 "Derive, do not store")."""

from __future__ import annotations

from pathlib import Path

import pytest

from fleetprompt.runtime.live_ring import LiveRing
from fleetprompt.secrets import KeyRingError
from tests.support.keys import key_ring


def test_a_key_file_that_is_gone_at_the_first_look_is_told_once(tmp_path: Path) -> None:
    keys = LiveRing(key_ring(), tmp_path / "master_keys")
    with pytest.raises(KeyRingError, match="there is no key ring"):
        keys.changed()
    assert keys.changed() is None
    keys.forget_look()
    with pytest.raises(KeyRingError, match="there is no key ring"):
        keys.changed()
