"""What is known of one HTTP exchange while it lasts: its id, who calls, and what the log and metrics will say of it."""

from __future__ import annotations

import time
from typing import Any, Final
from uuid import UUID

from fleetprompt import ids
from fleetprompt.authz import ANONYMOUS, Actor
from fleetprompt.errors import Refusal
from fleetprompt.rate_limits import RateClass
from fleetprompt.telemetry.metrics import OK, UNMATCHED
from fleetprompt.web.limits import Allowance

_KEY: Final = "fleetprompt.exchange"


class Exchange:
    """One request and its response. public_id: the request id as responses and logs show it.

    makings: what is counted for something that is to be made, by class and key, and the place of each allowance.
    """

    __slots__ = (
        "actor",
        "address",
        "allowances",
        "code",
        "log_reason",
        "makings",
        "operation",
        "public_id",
        "request_id",
        "started",
        "status",
    )

    def __init__(self, address: str) -> None:
        self.request_id: UUID = ids.new_uuid()
        self.public_id = ids.encode("req", self.request_id)
        self.started = time.perf_counter()
        self.address = address
        self.actor: Actor = ANONYMOUS
        self.operation = UNMATCHED
        self.allowances: list[Allowance] = []
        self.makings: list[tuple[RateClass, str, int]] = []
        self.code = OK
        self.log_reason: str | None = None
        self.status = 0

    def refused(self, refusal: Refusal) -> None:
        """Take note of the refusal that it ends with."""
        self.code = refusal.code.value
        self.log_reason = refusal.log_reason or refusal.reason


def open_exchange(scope: Any, address: str) -> Exchange:
    """Begin the exchange of a request; the edge does this once."""
    exchange = scope[_KEY] = Exchange(address)
    return exchange


def exchange_of(scope: Any) -> Exchange:
    """The exchange of the request behind `scope`."""
    exchange: Exchange = scope[_KEY]
    return exchange
