"""Data folders that the tests of the embedded PostgreSQL share: making one takes a second."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path

import pytest

from fleetprompt.store.embedded import EmbeddedDatabase
from tests.store.embedded.clusters import (
    ME,
    NEEDS_ROOT,
    Creation,
    acquired,
    create_at_once,
    place,
    server_pids,
    skip_unless_runnable_by,
)


@pytest.fixture(scope="session")
def created_by() -> Iterator[Callable[[str], Creation]]:
    """For each account, one data folder that its processes created."""
    with ExitStack() as places:

        @cache
        def create(account: str) -> Creation:
            return create_at_once(places.enter_context(place(account)) / "data", account)

        yield create


@pytest.fixture(params=[ME, pytest.param("daemon", marks=NEEDS_ROOT)])
def account(request: pytest.FixtureRequest) -> str:
    """Root and an ordinary user; or, where the tests do not run as root, only the user who runs them."""
    name: str = request.param
    skip_unless_runnable_by(name)
    return name


@pytest.fixture
def fresh() -> Iterator[Path]:
    """The path of a data folder that does not exist yet."""
    with place() as folder:
        yield folder / "data"


@pytest.fixture
def stopped(created_by: Callable[[str], Creation]) -> Iterator[Path]:
    """A data folder with a database, whose server does not run, neither before nor after."""
    data_dir = created_by(ME).data_dir
    yield data_dir
    assert not server_pids(data_dir)


@pytest.fixture
def database(stopped: Path) -> Iterator[EmbeddedDatabase]:
    with acquired(stopped) as found:
        yield found
