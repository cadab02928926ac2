"""Every operation on a real server at debug level, with its failures and crashes: where its secrets went (spec 10)."""

from __future__ import annotations

import asyncio
import subprocess
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from msgspec import UNSET
from sqlalchemy.engine import make_url

from fleetprompt.app import ROUTES
from fleetprompt.clock import SystemClock
from fleetprompt.runtime.operations import Ledger
from fleetprompt.store.embedded_folder import program
from tests.operations.arrangements import make_ready
from tests.operations.cases import ARRANGEMENTS, Ready, Request, endpoint_of
from tests.operations.cast import Cast
from tests.support.callers import Line, fresh_key
from tests.support.databases import Database, Run
from tests.support.environment import PUBLIC_URL
from tests.support.people import People, Person
from tests.support.secrecy.exchanges import ISSUED, Collected, issued, submitted
from tests.support.secrecy.places import DATA
from tests.support.secrecy.search import Found, Search
from tests.support.servers import ServerProcess, Servers, serving

pytestmark = pytest.mark.slow

PLANTED: Final = "5b1f29d3c04e8a76b2aa90fe61c7d855"
"""What is planted, so that each search is seen to find something."""
PREFIX_MAX: Final = 20
"""What is longer is no mere prefix or word."""


class Recorded(httpx.AsyncBaseTransport):
    """Keeps every response, read to its end."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner
        self.responses: list[httpx.Response] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Carry one request."""
        response = await self._inner.handle_async_request(request)
        response.request = request
        await response.aread()
        self.responses.append(response)
        return response


@dataclass
class Driven:
    """A server after it was called in every way, with what was said to it and by it."""

    server: ServerProcess
    database: Database
    data_folder: Path
    responses: list[httpx.Response]
    metrics: bytes

    @cached_property
    def search(self) -> Search:
        """For the secrets of all exchanges, and the planted one."""
        collected = Collected()
        for response in self.responses:
            collected.add(*issued(response), *submitted(response.request))
        return Search({PLANTED, *collected.secrets})

    def assert_only_planted(self, found: list[Found]) -> None:
        """The search works here, and found nothing else."""
        assert {each.secret for each in found} == {PLANTED}, [each for each in found if each.secret != PLANTED]


def _broken(sound: Request) -> Request:
    """A request that carries all the secrets of the sound one and cannot succeed."""
    return sound.with_query(unheard="of") if sound.body is UNSET else sound.with_body(unheard="of")


def _misplaced(sound: Request, secret: str) -> Iterator[dict[str, Any]]:
    """How to send a request that fails, with a secret where it does not belong."""
    broken = _broken(sound)
    yield {"query_string": f"?unheard={secret}"}
    yield {"content": f'{{"password": "{secret}'.encode()}
    yield {"content": f'{{"unheard": ["{secret}"], "name": {{"unheard": "{secret}"}}}}'.encode()}
    yield {"request": broken.with_headers({"Authorization": f"Basic {secret}"})}
    yield {"request": broken.with_headers({"Authorization": f"Bearer {secret}", "X-Token": secret})}
    yield {"request": broken.with_headers({"If-Match": secret, "Content-Type": secret, "X-CSRF-Token": secret})}
    yield {"request": broken.with_headers({"Signature": secret, "X-Forwarded-For": secret, "Host": secret})}
    for name in sound.path:
        yield {"request": broken.with_path(**{name: secret})}


async def _drive(ready: Ready) -> None:
    """Call it once with each thing that can go wrong, then rightly, then again under its key."""
    refused = await ready.send(_broken(ready.case.request))
    for secret in {secret for secret in submitted(refused.request) if len(secret) > PREFIX_MAX}:
        for options in _misplaced(ready.case.request, secret):
            await ready.send(**options)
    key = fresh_key()
    first = await ready.send(key=key)
    ready.assert_succeeded(first)
    if ready.route.operation.ledger is not Ledger.NONE:
        ready.assert_succeeded(await ready.send(key=key))


@contextmanager
def _without_tables(database: Database) -> Iterator[None]:
    """Every statement of every operation fails for a reason that nobody foresaw."""
    database.change("alter schema public rename to nowhere")
    try:
        yield
    finally:
        database.change("alter schema nowhere rename to public")


async def _crash(arranged: list[Ready], database: Database) -> None:
    """Every operation while nothing that it needs is there."""
    for ready in arranged:
        if isinstance(ready.case.caller, Person):
            await ready.case.caller.csrf_token()
    with _without_tables(database):
        answers = [await ready.send() for ready in arranged]
    assert sum(answer.status_code == 500 for answer in answers) > len(answers) / 2


async def _kill_in_flight(arranged: list[Ready], server: ServerProcess) -> None:
    """The process ends amid requests, as it must be able to, and starts again."""
    sending = [asyncio.create_task(ready.send()) for ready in arranged]
    await asyncio.sleep(0.05)
    server.kill()
    await asyncio.gather(*sending, return_exceptions=True)
    server.start()
    server.wait_ready()


@pytest.fixture(scope="module")
async def driven(anyio_backend: Any, database: Database, run: Run) -> AsyncIterator[Driven]:
    """The server after all that."""
    with serving(database, run.folder / "logs", processes=1) as servers:
        try:
            yield await _driven(servers, database, run)
        finally:
            await servers.aclose()


async def _driven(servers: Servers, database: Database, run: Run) -> Driven:
    (server,) = servers.processes
    recorded = Recorded(servers.people.visitor().line.transport)
    cast = Cast(People(Line(recorded, PUBLIC_URL), database, SystemClock()), database)
    arranged = [
        await make_ready(cast, route, variant) for route in ROUTES for variant in ARRANGEMENTS[endpoint_of(route)]
    ]
    await _crash(arranged, database)
    for ready in arranged:
        await _drive(ready)
    metrics = (await cast.visitor().get("/metrics")).content
    await _kill_in_flight(arranged, server)
    return Driven(server, database, run.folder / DATA, recorded.responses, metrics)


def _without_what_it_issues(response: httpx.Response) -> bytes:
    """What a response says beside the secrets that stand in their places."""
    text = response.content
    for secret in issued(response):
        text = text.replace(f'"{secret}"'.encode(), b'"issued"')
    headers = [(name, value) for name, value in response.headers.multi_items() if name != "set-cookie"]
    return text + repr(headers).encode()


def test_s_sec_01_a_secret_stands_in_the_answer_that_issues_it_and_nowhere_else(driven: Driven) -> None:
    planted = httpx.Response(200, json={"name": PLANTED}, request=httpx.Request("GET", PUBLIC_URL))
    for response in (planted, *driven.responses):
        found = driven.search.in_text(_without_what_it_issues(response), str(response.request.url))
        assert [each.secret for each in found] == [PLANTED] * (response is planted), found


def test_s_sec_01_a_secret_is_issued_once_and_in_replays(driven: Driven) -> None:
    issuing: dict[str, list[httpx.Response]] = defaultdict(list)
    for response in driven.responses:
        for secret in issued(response):
            if not secret.startswith("fpc_"):  # shown to its session whenever it asks who it is
                issuing[secret].append(response)
    assert {name for responses in issuing.values() for name in _members(responses[0])} >= {"secret", "installToken"}
    for first, *others in issuing.values():
        assert "idempotent-replayed" not in first.headers
        for other in others:
            assert other.headers["idempotent-replayed"] == "true"
            assert other.request.headers["idempotency-key"] == first.request.headers["idempotency-key"]


def _members(response: httpx.Response) -> set[str]:
    return set(response.json()) & set(ISSUED)


def test_s_sec_02_no_secret_is_in_logs_at_any_level(driven: Driven) -> None:
    lines = driven.server.log()
    for level in ("info", "error"):
        assert f'"level":"{level}"' in lines
    for path in (driven.server.log_file, driven.server.output_file):
        with path.open("a") as file:
            file.write(PLANTED)
        driven.assert_only_planted(driven.search.in_file(path))


def test_s_sec_02_no_secret_is_in_metrics(driven: Driven) -> None:
    assert driven.metrics.count(b'code="INTERNAL"') > 10
    driven.assert_only_planted(driven.search.in_text(driven.metrics + PLANTED.encode(), "metrics"))


def test_s_sec_03_no_secret_is_in_tables_dump_or_data_folder(driven: Driven) -> None:
    driven.database.change("create table planted as select %s::text as secret", PLANTED)
    driven.assert_only_planted(driven.search.in_text(_dump(driven.database.owner_url), "the dump"))
    if driven.data_folder.exists():
        with driven.database.as_superuser() as connection:
            connection.execute("checkpoint")
        driven.assert_only_planted(driven.search.in_folder(driven.data_folder))


def _dump(owner_url: str) -> bytes:
    """What pg_dump makes of a database."""
    url = make_url(owner_url).set(drivername="postgresql").render_as_string(hide_password=False)
    dumped = subprocess.run([program("pg_dump"), "--dbname", url], capture_output=True, check=True)
    return dumped.stdout
