"""What the operator's own systems ask: anyone may, and it is always the same."""

from __future__ import annotations

from tests.operations.cases import Case, arranges
from tests.operations.cast import Cast


@arranges("GET /healthz")
@arranges("GET /readyz")
@arranges("GET /metrics")
@arranges("GET /openapi.json")
async def ask(cast: Cast) -> Case:
    return Case(cast.visitor())
