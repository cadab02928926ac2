"""What the tests of commands share."""

from __future__ import annotations

import pytest

from tests.support.databases import Database, Run
from tests.support.operator import Operator


@pytest.fixture
def operator(database: Database, run: Run) -> Operator:
    """Somebody at the command line of a server on the module's database."""
    return Operator.of(database, run.folder)
