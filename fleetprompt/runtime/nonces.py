"""Nonces of signed requests: each (key, nonce) pair works once (spec 3, Server to server)."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import bindparam, insert, select

from fleetprompt.clock import MINUTE_MS
from fleetprompt.store.statements import Bound, inserting, parameters, reading
from fleetprompt.store.tables import request_nonces

SKEW_MS_MAX: Final = 5 * MINUTE_MS
"""How far from now a signature's time may lie, either way; its nonce is remembered for longer than that."""
KEPT_BEYOND_WINDOW_MS: Final = 10 * MINUTE_MS


class NonceUse(msgspec.Struct, frozen=True):
    """Which request consumed a nonce."""

    request_id: UUID


_FIND: Final = reading(
    "nonces.find",
    select(request_nonces.c.request_id).where(
        request_nonces.c.key_id == bindparam("key_id"), request_nonces.c.nonce == bindparam("nonce")
    ),
    NonceUse,
)
_CONSUME: Final = inserting(
    "nonces.consume",
    insert(request_nonces).values(parameters(*request_nonces.columns.keys())),
)


class Nonce(msgspec.Struct, frozen=True, kw_only=True):
    """The nonce of one verified request. `created_ms` is the signature's own time."""

    key_id: UUID
    value: str
    created_ms: int

    def look_up(self) -> Bound[NonceUse]:
        """The statement that finds an earlier use."""
        return _FIND.bind(key_id=self.key_id, nonce=self.value)

    def consume(self, request_id: UUID) -> Bound[Any]:
        """The write that uses it up; the row names the request, so that a rerun recognizes its own."""
        keep_until_ms = self.created_ms + SKEW_MS_MAX + KEPT_BEYOND_WINDOW_MS
        return _CONSUME.bind(key_id=self.key_id, nonce=self.value, request_id=request_id, keep_until_ms=keep_until_ms)
