"""Every mounted operation can be arranged, and its rightful caller then succeeds: what the other suites stand on."""

from __future__ import annotations

import pytest

from fleetprompt.app import ROUTES
from tests.operations.cases import ARRANGEMENTS, Ready, endpoint_of, names


@pytest.mark.parametrize("route", ROUTES, ids=names(ROUTES))
async def test_the_rightful_caller_succeeds(ready: Ready) -> None:
    ready.assert_succeeded(await ready.send())


def test_everything_arranged_is_mounted() -> None:
    assert ARRANGEMENTS.keys() - {endpoint_of(route) for route in ROUTES} == set()
