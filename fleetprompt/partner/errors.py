"""How a call to FleetPrompt can end without a result. No message holds a token, a secret or a body."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import httpx
import msgspec


class PartnerError(Exception):
    """A call without a result.

    code: FleetPrompt's error code, such as `NOT_FOUND`; one that fits where no FleetPrompt answered.
    request_id: what to name when asking the operator; None where no FleetPrompt answered.
    details: the envelope's `details`. status: the HTTP status, None where nothing answered.
    retry_after_s: what the server asked to wait, in seconds.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        request_id: str | None = None,
        details: Mapping[str, Any] | None = None,
        status: int | None = None,
        retry_after_s: int | None = None,
    ) -> None:
        super().__init__(f"{code}: {message}" + (f" (request {request_id})" if request_id else ""))
        self.code = code
        self.message = message
        self.request_id = request_id
        self.details: Mapping[str, Any] = details or {}
        self.status = status
        self.retry_after_s = retry_after_s


class NotRedeemable(PartnerError):
    """NOT_FOUND: the token is unknown, expired, revoked, redeemed or another system's, or what it offers was
    withdrawn; FleetPrompt does not say which. Send the buyer to FleetPrompt's `/installs`."""


class Unauthenticated(PartnerError):
    """UNAUTHENTICATED: wrong key, wrong secret, wrong base URL or wrong clock. `ping()` tells more."""

    @property
    def hint(self) -> str | None:
        """The check that failed, from ping alone and only where the secret was right, such as `created`."""
        hint = self.details.get("hint")
        return hint if isinstance(hint, str) else None

    def __str__(self) -> str:
        return f"{super().__str__()}, failed check: {self.hint}" if self.hint else super().__str__()


class RateLimited(PartnerError):
    """RATE_LIMITED, still after every retry that fitted into the time allowed."""


class Unavailable(PartnerError):
    """UNAVAILABLE, INTERNAL, or no reply at all, still after the last retry. Whether the token was redeemed is
    not known: calling `redeem` again with it is safe, now and later, and answers as the lost reply would have."""


class Rejected(PartnerError):
    """FleetPrompt understood the call and refuses it for another reason, such as VALIDATION_FAILED or CONFLICT."""


class UnexpectedReply(PartnerError):
    """Something answered that is no FleetPrompt, such as a redirect or a proxy's page: check the base URL."""


class _ErrorBody(msgspec.Struct, frozen=True, rename="camel"):
    code: str
    message: str
    request_id: str | None = None
    details: dict[str, Any] = {}


class _Envelope(msgspec.Struct, frozen=True):
    error: _ErrorBody


_BY_CODE: Final[Mapping[str, type[PartnerError]]] = {
    "NOT_FOUND": NotRedeemable,
    "UNAUTHENTICATED": Unauthenticated,
    "RATE_LIMITED": RateLimited,
    "UNAVAILABLE": Unavailable,
    "INTERNAL": Unavailable,
}


def retry_after_s(reply: httpx.Response) -> int | None:
    """The seconds that `Retry-After` asks for, or None."""
    value = reply.headers.get("retry-after", "")
    return int(value) if value.isascii() and value.isdigit() and len(value) <= 6 else None


def error_of(reply: httpx.Response) -> PartnerError:
    """The error that a reply without success carries, its envelope read where it has one."""
    pause_s = retry_after_s(reply)
    try:
        error = msgspec.json.decode(reply.content, type=_Envelope).error
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return _error_of_stranger(reply, pause_s)
    return _BY_CODE.get(error.code, Rejected)(
        error.code,
        error.message,
        request_id=error.request_id,
        details=error.details,
        status=reply.status_code,
        retry_after_s=pause_s,
    )


def _error_of_stranger(reply: httpx.Response, pause_s: int | None) -> PartnerError:
    status = reply.status_code
    message = f"A reply of status {status} came from something that is no FleetPrompt."
    if status == httpx.codes.TOO_MANY_REQUESTS:
        return RateLimited("RATE_LIMITED", message, status=status, retry_after_s=pause_s)
    if status >= httpx.codes.INTERNAL_SERVER_ERROR:
        return Unavailable("UNAVAILABLE", message, status=status, retry_after_s=pause_s)
    return UnexpectedReply("UNEXPECTED_REPLY", message, status=status)
