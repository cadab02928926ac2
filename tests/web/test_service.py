"""What the operator's own systems ask (spec 6.4 Service, 7)."""

from __future__ import annotations

import dataclasses

from fleetprompt.app import build_app
from fleetprompt.rate_limits import NO_LIMITS
from fleetprompt.web.limits import Limiter
from tests.conftest import Start
from tests.operations.moved import line_to
from tests.support.answers import assert_error
from tests.support.application import App
from tests.support.callers import Caller

TOKEN = "a-token-for-prometheus"


def bearing(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def test_metrics_answer_everybody_on_an_instance_of_this_machine_alone(api: Caller) -> None:
    answer = await api.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.headers["cache-control"] == "no-store"


async def test_metrics_of_a_public_instance_answer_the_token_alone(start: Start) -> None:
    visitor = (await start(PUBLIC_URL="https://market.example", METRICS_TOKEN=TOKEN)).people.visitor()
    for scheme in ("Bearer", "bearer"):
        assert (await visitor.get("/metrics", headers={"Authorization": f"{scheme} {TOKEN}"})).status_code == 200
    for headers in ({}, bearing(TOKEN[:-1]), bearing(""), {"Authorization": TOKEN}):
        assert_error(await visitor.get("/metrics", headers=headers), "UNAUTHENTICATED")


async def test_metrics_of_a_public_instance_without_a_token_answer_nobody(start: Start) -> None:
    visitor = (await start(PUBLIC_URL="https://market.example")).people.visitor()
    for headers in ({}, bearing(""), bearing("None")):
        assert_error(await visitor.get("/metrics", headers=headers), "UNAUTHENTICATED")


async def test_metrics_of_a_server_that_listens_to_others_answer_nobody_either(app: App) -> None:
    settings = dataclasses.replace(app.services.settings, is_open_to_others=True)
    limiter = Limiter(NO_LIMITS, clock=app.clock, key=b"limits", metrics=app.services.metrics)
    opened = build_app(dataclasses.replace(app.services, settings=settings), limiter, app.log.log)
    assert_error(await Caller(line_to(opened)).get("/metrics"), "UNAUTHENTICATED")
