"""Where a test run leaves traces: each is kept in the run's folder until the run ends, and is then searched."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec
import psycopg
from psycopg import sql

from fleetprompt.telemetry import MetricLabels, Metrics
from fleetprompt.telemetry.lines import render
from tests.support.secrecy.exchanges import COLLECTED
from tests.support.secrecy.forms import NEEDLE_BYTES, forms
from tests.support.secrecy.search import Found, Search

LOGS: Final = "logs"
METRICS: Final = "metrics"
DUMPS: Final = "dumps"
DATA: Final = "data"
"""The embedded database's folder; there is none where the tests use another server."""

_TABLES: Final = "select tablename from pg_tables where schemaname = 'public' order by tablename"
_SECRETS: Final = "secrets"


def make_places(folder: Path) -> None:
    """The folders below the run's own that everything is kept in."""
    for name in (LOGS, METRICS, DUMPS, _SECRETS):
        (folder / name).mkdir()


def keep_secrets(folder: Path, process: str) -> None:
    """Hand the secrets of this test process over to whoever searches for them."""
    (folder / _SECRETS / process).write_bytes(msgspec.json.encode(sorted(COLLECTED.secrets)))


def keep_metrics(metrics: Metrics, folder: Path) -> None:
    """Add what a process shows for Prometheus."""
    with (folder / METRICS / "metrics.txt").open("ab") as file:
        file.write(metrics.render())


def keep_dump(url: str, folder: Path) -> None:
    """Keep every row of every table of a database. url: of the tables' owner."""
    with psycopg.connect(url) as connection, (folder / DUMPS / f"{connection.info.dbname}.copy").open("wb") as file:
        for (table,) in connection.execute(_TABLES).fetchall():
            copying = sql.SQL("copy {} to stdout").format(sql.Identifier(table))
            with connection.cursor().copy(copying) as rows:
                for row in rows:
                    file.write(row)


def plant_in_database(url: str, folder: Path, run: str) -> None:
    """Store the run's planted secret in a database that nobody else uses, and dump it."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("create table planted (form text not null)")
        for text in _planted_texts(run):
            connection.execute("insert into planted values (%s)", (text,))
    keep_dump(url, folder)


def findings(folder: Path, run: str) -> Iterator[str]:
    """What is wrong: each secret that stands where none may, and each place where not even the planted one is found."""
    _plant_in_log_and_metrics(folder, run)
    kept = [msgspec.json.decode(path.read_bytes(), type=list[str]) for path in (folder / _SECRETS).iterdir()]
    search = Search({_planted(run), *(secret for secrets in kept for secret in secrets)})
    has_database = any((folder / DUMPS).iterdir())
    for place in (LOGS, METRICS, DUMPS, DATA):
        if (folder / place).exists():
            found = search.in_folder(folder / place)
            if has_database or place in (LOGS, METRICS):
                yield from _unfound(found, place, run)
            yield from _leaks(found, run)


def _planted(run: str) -> str:
    return hashlib.sha256(f"planted by {run}".encode()).hexdigest()


def _planted_texts(run: str) -> list[str]:
    return [form.decode("ascii") for form in forms(_planted(run).encode("ascii"))]


def _plant_in_log_and_metrics(folder: Path, run: str) -> None:
    texts = _planted_texts(run)
    lines = [render("2026-01-01T00:00:00Z", "debug", {"event": text}) for text in texts]
    (folder / LOGS / "planted.log").write_bytes(b"".join(lines))
    metrics = Metrics(MetricLabels(operations=frozenset(texts)))
    for text in texts:
        metrics.request_started()
        metrics.request_finished(text, "OK", 0.0)
    keep_metrics(metrics, folder)


def _unfound(found: list[Found], place: str, run: str) -> Iterator[str]:
    planted = _planted(run)
    seen = {each.needle for each in found if each.secret == planted}
    missing = {*forms(planted.encode("ascii")[:NEEDLE_BYTES])} - seen
    if missing:
        yield f"the secret planted in the {place} is not found as {sorted(missing)}"


def _leaks(found: list[Found], run: str) -> Iterator[str]:
    for each in found:
        if each.secret != _planted(run):
            yield f"{each.where} holds {each.secret!r}: {each.context!r}"
