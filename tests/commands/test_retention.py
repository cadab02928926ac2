"""`fleetprompt retention run` (spec 7, 8)."""

from __future__ import annotations

import pytest

from fleetprompt.jobs import RETENTION
from tests.support.answers import assert_ok
from tests.support.databases import Database
from tests.support.operator import Operator
from tests.support.people import People

pytestmark = pytest.mark.slow


async def test_everything_whose_time_is_over_leaves_at_once_and_the_jobs_count_as_run(
    operator: Operator, people: People, database: Database
) -> None:
    partner = await people.partner()
    assert_ok(await partner.post("/v1/internal/ping"))
    database.change("update request_nonces set keep_until_ms = 1")
    database.change("update idempotency_keys set expires_at_ms = 1")
    told = {each["job"]: each["rows"] for each in operator.answer("retention", "run")}
    assert set(told) == {job.name for job in RETENTION}
    assert told["nonces.purge"] == 1
    assert told["idempotency.purge"] >= 1
    assert database.value("select count(*) from request_nonces") == 0
    assert {name for (name,) in database.rows("select job from job_runs")} == set(told)
    again = operator.run("retention", "run")
    assert again.returncode == 0
    assert "nonces.purge                     0 rows purged" in again.stdout
