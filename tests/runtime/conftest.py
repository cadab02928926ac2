"""What the suites of the runtime share."""

from __future__ import annotations

import pytest

from tests.support.application import App
from tests.support.stall import Stall


@pytest.fixture(scope="module")
def stall(app: App) -> Stall:
    """Puts offers and partner keys into the module's database, and takes them away."""
    return Stall(app)
