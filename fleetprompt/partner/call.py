"""One call to FleetPrompt with its retries, without the I/O: the clients send what it signs and sleep as it says."""

from __future__ import annotations

import random
import secrets
import time
from dataclasses import dataclass
from typing import Final

import httpx

from fleetprompt.partner.errors import Unavailable, error_of, retry_after_s
from fleetprompt.partner.signing import Signer

_NONCE_BYTES: Final = 24


@dataclass(frozen=True)
class RetryPolicy:
    """How long to keep trying after a lost reply, a 429 or a 5xx. Pauses double and are spread at random.

    attempts_max: requests in all. total_s_max: no retry starts later than this after the first request.
    A `Retry-After` is always waited for; where it does not fit into total_s_max, the call ends at once.
    """

    attempts_max: int = 5
    total_s_max: float = 30.0
    pause_s_first: float = 0.25
    pause_s_max: float = 5.0


class Call:
    """A POST that is signed anew, with a new nonce, for every attempt, and keeps its idempotency key."""

    def __init__(self, signer: Signer, url: httpx.URL, body: bytes, idempotency_key: str, policy: RetryPolicy) -> None:
        self._signer = signer
        self._url = url
        self._body = body
        self._idempotency_key = idempotency_key
        self._policy = policy
        self._attempts = 0
        self._started_s = time.monotonic()

    def request(self) -> httpx.Request:
        """The next attempt, signed as of now."""
        self._attempts += 1
        signed = self._signer.headers(
            authority=self._url.netloc.decode("ascii"),
            path=self._url.raw_path.decode("ascii"),
            body=self._body,
            idempotency_key=self._idempotency_key,
            created_s=int(time.time()),
            nonce=secrets.token_urlsafe(_NONCE_BYTES),
        )
        plain = {"Content-Type": "application/json", "Accept": "application/json", "User-Agent": "fleetprompt-partner"}
        return httpx.Request("POST", self._url, headers={**plain, **signed}, content=self._body)

    def pause_s_after(self, outcome: httpx.Response | httpx.RequestError) -> float | None:
        """Seconds to wait before the next attempt, or None when `outcome` is the last word."""
        asked_s = 0
        if isinstance(outcome, httpx.Response):
            if outcome.status_code != httpx.codes.TOO_MANY_REQUESTS and not outcome.is_server_error:
                return None
            asked_s = retry_after_s(outcome) or 0
        if self._attempts >= self._policy.attempts_max:
            return None
        backoff_s = min(self._policy.pause_s_first * 2 ** (self._attempts - 1), self._policy.pause_s_max)
        pause_s = max(asked_s, backoff_s * random.uniform(0.5, 1.0))
        elapsed_s = time.monotonic() - self._started_s
        return pause_s if elapsed_s + pause_s <= self._policy.total_s_max else None

    def reply(self, outcome: httpx.Response | httpx.RequestError) -> httpx.Response:
        """The reply of the last attempt where it is a success; raises the PartnerError that it is otherwise.

        To be called outside an `except`, so that the error does not carry the request, and so the token, as context.
        """
        if isinstance(outcome, httpx.Response):
            if outcome.is_success:
                return outcome
            raise error_of(outcome)
        origin = f"{self._url.scheme}://{self._url.netloc.decode('ascii')}"
        cause = f"{type(outcome).__name__}: {outcome}"
        raise Unavailable("UNAVAILABLE", f"No reply from {origin}, attempts made: {self._attempts} ({cause}).")
