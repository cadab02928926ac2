"""A real hot standby, and what it was before."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.engine import make_url

from fleetprompt.store.embedded import Role, acquire
from fleetprompt.store.migrate import migrate
from tests.support.databases import Cluster, Database
from tests.support.secrecy.exchanges import COLLECTED


@contextmanager
def hot_standby() -> Iterator[Database]:
    """A migrated database on a server of its own, which was stopped and goes on recovering until it is promoted."""
    with tempfile.TemporaryDirectory(prefix="fp-standby-") as folder:
        Path(folder).chmod(0o711)
        data_dir = Path(folder) / "data"
        embedded = acquire(data_dir)
        try:
            migrate(embedded.owner_url, embedded.serving_url)
        finally:
            embedded.release()
        cluster = data_dir / "postgres" / "data"
        signal, account = cluster / "standby.signal", cluster.stat()
        signal.touch()
        os.chown(signal, account.st_uid, account.st_gid)
        embedded = acquire(data_dir)
        creator, owner, serving = (make_url(embedded.url(role)) for role in (Role.SUPERUSER, Role.OWNER, Role.APP))
        COLLECTED.add(*(role.password or "" for role in (creator, owner, serving)))
        try:
            yield Database(Cluster(creator, owner, serving, has_superuser=True), str(serving.database))
        finally:
            embedded.release()
