"""Ids on the wire: a closed set of prefixes (spec 3, D0.1)."""

from __future__ import annotations

import pytest

from fleetprompt import ids


@pytest.mark.parametrize("prefix", sorted(ids.PREFIXES))
def test_an_id_names_its_kind_and_is_read_back(prefix: str) -> None:
    value = ids.new_uuid()
    assert ids.encode(prefix, value).startswith(f"{prefix}_")
    assert ids.decode(prefix, ids.encode(prefix, value)) == value
    assert ids.decode("usr" if prefix != "usr" else "pub", ids.encode(prefix, value)) is None


def test_nothing_gets_a_prefix_that_is_none() -> None:
    with pytest.raises(ValueError, match="agt is no prefix"):
        ids.encode("agt", ids.new_uuid())
