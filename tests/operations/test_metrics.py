"""What each operation and each job leaves in the metrics (spec 9)."""

from __future__ import annotations

import asyncio
import re
from typing import Final

import pytest

from fleetprompt.app import ROUTES
from fleetprompt.errors import Code, Outage
from fleetprompt.jobs import JOBS, LATE_AFTER_PERIODS, RETENTION, Job, run_job
from fleetprompt.rate_limits import RateClass
from fleetprompt.runtime.operations import REGISTRY
from fleetprompt.web.signatures import SignatureReason
from tests.conftest import Start
from tests.operations.cases import Ready
from tests.support import market
from tests.support.application import App
from tests.support.callers import Caller
from tests.support.clock import FakeClock
from tests.support.metrics import Series, series, value_in, value_of
from tests.support.people import People, Person

OUTCOMES: Final = {"OK", "CLIENT_GONE", "other", *Code}
CLOSED: Final[dict[str, set[str]]] = {
    "operation": {*REGISTRY, "unmatched"},
    "code": OUTCOMES,
    "pool": {"main", "search", "other"},
    "job_name": {*(job.name for job in JOBS), "other"},
    "outcome": {"succeeded", "failed"},
    "rate_class": {*RateClass, "other"},
    "reason": {*SignatureReason, "other"},
    "cause": {
        *Outage,
        "23505",
        "40001",
        "40P01",
        "XX000",
        "connection_lost",
        "commit_unknown",
        "stale_preparation",
        "exited",
        "killed",
        "hung",
        "other",
    },
}
FREE: Final = {"le", "version", "python"}
ANY_ID: Final = re.compile(r"(?:usr|pub|lst|rel|int|tok|key|prt|rpt|evt|ses|req)_[0-9a-z]{26}")


def count(app: App, name: str, **labels: str) -> float:
    """The value of a series of the application, 0 before it exists."""
    return value_of(app.services.metrics, f"fleetprompt_{name}", **labels) or 0.0


async def scrape(api: Caller) -> str:
    answer = await api.get("/metrics")
    assert answer.status_code == 200
    return answer.text


def series_of(operation: str, app: App) -> Series:
    """Every series of one operation."""
    return series(app.services.metrics.render().decode(), holding=f'operation="{operation}"')


@pytest.mark.parametrize("route", ROUTES, ids=[route.operation.name for route in ROUTES])
async def test_every_operation_has_its_series_of_durations_by_outcome(ready: Ready, app: App, api: Caller) -> None:
    name, sound = ready.route.operation.name, ready.case.request
    malformed = sound.with_query(unheard="of") if ready.route.is_query else sound.with_body(unheard="of")
    before = series_of(name, app)
    for request, code in ((malformed, "VALIDATION_FAILED"), (sound, "OK")):
        answer = await ready.send(request)
        assert answer.is_success == (request is sound), answer.text
        after = series_of(name, app)

        def more(part: str, after: Series = after, before: Series = before, code: str = code, **le: str) -> float:
            place = (f"fleetprompt_request_seconds_{part}", frozenset({"operation": name, "code": code, **le}.items()))
            return after[place] - before.get(place, 0.0)

        assert more("count") == more("bucket", le="+Inf") == 1
        assert 0 < more("sum") < 10
        before = after


async def test_no_label_takes_a_value_from_a_caller(app: App, api: Caller, ada: Person) -> None:
    for path in (f"/v1/users/{ada.user_id}", "/nowhere", f"/v1/public/listings/{ada.user_id}"):
        await api.get(path)
    await api.request("BREW", "/v1/public/listings/search")
    text = await scrape(api)
    assert not ANY_ID.search(text)
    for _, labels in series(text):
        for label, value in labels:
            assert label in FREE or value in CLOSED[label], f"{label}={value}"


@pytest.mark.parametrize("job", JOBS, ids=lambda job: str(job.name))
async def test_every_job_has_its_series_and_is_late_when_it_did_not_run(
    job: Job, app: App, api: Caller, clock: FakeClock
) -> None:
    await run_job(job, app.services)
    ran = count(app, "job_seconds_count", job_name=job.name, outcome="succeeded")
    assert ran >= 1
    ran_at_s = clock.now_ms() / 1000
    clock.advance(seconds=job.period_s)
    text = await scrape(api)
    assert value_in(text, "fleetprompt_job_lateness_seconds", job_name=job.name) == 0
    assert value_in(text, "fleetprompt_job_last_success_timestamp_seconds", job_name=job.name) == ran_at_s
    clock.advance(seconds=job.period_s * (LATE_AFTER_PERIODS - 1) + 1)
    text = await scrape(api)
    lateness_s = value_in(text, "fleetprompt_job_lateness_seconds", job_name=job.name) or 0
    assert lateness_s > (LATE_AFTER_PERIODS - 1) * (
        value_in(text, "fleetprompt_job_period_seconds", job_name=job.name) or 0
    )


async def test_retention_has_last_run_when_all_of_it_has(app: App, api: Caller, clock: FakeClock) -> None:
    for job in RETENTION:
        await run_job(job, app.services)
    began_s = clock.now_ms() / 1000
    clock.advance(hours=1)
    for job in RETENTION[1:]:
        await run_job(job, app.services)
    assert value_in(await scrape(api), "fleetprompt_retention_last_run_timestamp_seconds") == began_s
    await run_job(RETENTION[0], app.services)
    assert value_in(await scrape(api), "fleetprompt_retention_last_run_timestamp_seconds") == began_s + 3600


async def test_waits_for_connections_are_measured_by_pool(app: App, api: Caller) -> None:
    main, search = (count(app, "pool_wait_seconds_count", pool=pool) for pool in ("main", "search"))
    assert (await api.get("/v1/public/listings/search")).is_success
    assert count(app, "pool_wait_seconds_count", pool="search") == search + 1
    assert (await api.get("/metrics")).is_success
    assert count(app, "pool_wait_seconds_count", pool="main") > main


async def test_transactions_that_ran_again_are_counted_by_sqlstate(app: App, ada: Person) -> None:
    listing = await market.listing(ada)
    path = f"/v1/publisher/listings/{listing.id}"
    before = count(app, "transaction_reruns_total", cause="40001")
    for attempt in range(10):
        edits = [ada.patch(path, {"summary": f"Edit {attempt} of {number}."}) for number in range(8)]
        assert all(answer.is_success for answer in await asyncio.gather(*edits))
        if count(app, "transaction_reruns_total", cause="40001") > before:
            return
    raise AssertionError("eighty edits at once never conflicted")


async def test_signatures_are_refused_by_reason(app: App, api: Caller, people: People) -> None:
    before = count(app, "signature_refusals_total", reason="missing_header")
    await api.post("/v1/internal/ping")
    assert count(app, "signature_refusals_total", reason="missing_header") == before + 1
    partner = await people.partner("whs")
    body = b"{}"
    headers = partner.signed_headers("/v1/internal/ping", body, "a-key")
    replayed = count(app, "signature_refusals_total", reason="nonce_reused")
    for _ in range(2):
        await api.post("/v1/internal/ping", content=body, key="a-key", headers=headers)
    assert count(app, "signature_refusals_total", reason="nonce_reused") == replayed + 1


async def test_refusals_by_a_limit_are_counted_by_class(start: Start) -> None:
    app = await start(RATE_LIMITS="public_read=1/min")
    visitor = app.people.visitor()
    answers = [await visitor.get("/v1/public/facets") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 429, 429]
    assert count(app, "limit_refusals_total", rate_class="public_read") == 2


async def test_metrics_are_told_while_the_database_is_away(start: Start) -> None:
    app = await start()
    api = app.people.visitor()
    assert value_in(await scrape(api), "fleetprompt_database_up") == 1
    await app.services.db.close()
    assert value_in(await scrape(api), "fleetprompt_database_up") == 0
