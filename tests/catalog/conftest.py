"""What the suites of the catalog share."""

from __future__ import annotations

import pytest

from tests.support import large_market
from tests.support.databases import Cluster, Database, Run


@pytest.fixture(scope="session")
def market_of_100_000(cluster: Cluster, run: Run, template: str) -> Database:
    """100 000 listings in a database of their own, made once in a run and only read."""
    return large_market.large_market(cluster, run, template)
