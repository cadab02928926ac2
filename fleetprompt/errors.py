"""The one table of errors: every code, its HTTP status, and the refusal that carries it (spec 6.1)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

import msgspec


class Code(StrEnum):
    """What went wrong, as a client reads it. `contracts/errors.json` is generated from here."""

    VALIDATION_FAILED = "VALIDATION_FAILED"
    UNAUTHENTICATED = "UNAUTHENTICATED"
    UNAUTHORIZED = "UNAUTHORIZED"
    NOT_FOUND = "NOT_FOUND"
    CONFLICT = "CONFLICT"
    TOO_LARGE = "TOO_LARGE"
    UNSUPPORTED = "UNSUPPORTED"
    RATE_LIMITED = "RATE_LIMITED"
    INTERNAL = "INTERNAL"
    UNAVAILABLE = "UNAVAILABLE"


STATUS: Final[Mapping[Code, int]] = {
    Code.VALIDATION_FAILED: 400,
    Code.UNAUTHENTICATED: 401,
    Code.UNAUTHORIZED: 403,
    Code.NOT_FOUND: 404,
    Code.CONFLICT: 409,
    Code.TOO_LARGE: 413,
    Code.UNSUPPORTED: 400,
    Code.RATE_LIMITED: 429,
    Code.INTERNAL: 500,
    Code.UNAVAILABLE: 503,
}


UNSUPPORTED_STATUSES: Final = (400, 405, 406, 415)
"""Of UNSUPPORTED: a feature that is off, the HTTP method, the media type asked for, the media type sent."""


class Reason(StrEnum):
    """Why a request conflicts with what is stored: the closed list behind `CONFLICT`."""

    IDEMPOTENCY_KEY_REUSED = "idempotency_key_reused"
    VERSION_EXISTS = "version_exists"
    STALE_EDIT = "stale_edit"
    TRANSITION = "transition"
    NO_PUBLISHED_RELEASE = "no_published_release"
    SUSPENDED = "suspended"
    NOT_INSTALLABLE = "not_installable"
    EMAIL_TAKEN = "email_taken"
    HANDLE_TAKEN = "handle_taken"


class Outage(StrEnum):
    """What keeps an answer UNAVAILABLE: for the log and the metrics, which an operator reads; callers are not told."""

    NO_CONNECTION = "no_connection"
    CONNECTION_LOST = "connection_lost"
    COMMIT_UNKNOWN = "commit_unknown"
    NO_ANSWER = "no_answer"
    STATEMENT_TIMEOUT = "statement_timeout"
    LOCK_TIMEOUT = "lock_timeout"
    IDLE_TIMEOUT = "idle_timeout"
    READ_ONLY = "read_only"
    DISK_FULL = "disk_full"
    OUT_OF_MEMORY = "out_of_memory"
    DATABASE_LIMIT = "database_limit"
    CONFLICTS = "conflicts"
    OTHER_MIGRATION = "other_migration"
    KEYS_MISSING = "keys_missing"
    RESTORING = "restoring"
    LIMITER_AWAY = "limiter_away"
    PASSWORDS_BUSY = "passwords_busy"
    MARKDOWN_BUSY = "markdown_busy"
    MARKDOWN_AWAY = "markdown_away"
    SHUTTING_DOWN = "shutting_down"


class FieldProblem(msgspec.Struct, frozen=True, rename="camel"):
    """One thing wrong with one input: `field_name` is a path such as `tags[3]`, `message` says how to mend it."""

    field_name: str
    message: str


class Refusal(Exception):
    """A request that is answered with an error. Nothing has been written when it is raised.

    code: one of `Code`. message: a sentence for people. reason: required with CONFLICT. hint: what may be told to whom
    the message is not enough for. fields: required with VALIDATION_FAILED. release_id, identical: which release has
    the version already, and whether it is the same. retry_after_s: seconds, with RATE_LIMITED and UNAVAILABLE.
    status: only where one code has several (UNSUPPORTED: 400, 405, 406, 415). headers: those that mend the request,
    such as Allow. log_reason: what the log and the metrics are told, and callers are not.
    """

    def __init__(
        self,
        code: Code,
        message: str,
        *,
        reason: Reason | None = None,
        hint: str | None = None,
        fields: tuple[FieldProblem, ...] = (),
        release_id: str | None = None,
        identical: bool | None = None,
        retry_after_s: int | None = None,
        status: int | None = None,
        headers: tuple[tuple[str, str], ...] = (),
        log_reason: str | None = None,
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.reason = reason
        self.hint = hint
        self.fields = fields
        self.release_id = release_id
        self.identical = identical
        self.retry_after_s = retry_after_s
        self.status = status or STATUS[code]
        self.headers = headers
        self.log_reason = log_reason


def invalid(*problems: tuple[str, str]) -> Refusal:
    """VALIDATION_FAILED on each (field path, what to do about it)."""
    fields = tuple(FieldProblem(name, message) for name, message in problems)
    return Refusal(Code.VALIDATION_FAILED, "The request has invalid fields.", fields=fields)


def not_found() -> Refusal:
    """NOT_FOUND: the one answer for what is absent and for what the caller may not see (spec 3, IDOR)."""
    return Refusal(Code.NOT_FOUND, "There is nothing here, or you may not see it.")


def unauthenticated(log_reason: str, hint: str | None = None) -> Refusal:
    """UNAUTHENTICATED: the one answer for every failed authentication; `log_reason` goes to the log only.

    hint: which check failed, for whoever has shown that she holds the key (ping).
    """
    return Refusal(Code.UNAUTHENTICATED, "Authentication is missing or not valid.", log_reason=log_reason, hint=hint)


def unauthorized(message: str) -> Refusal:
    """UNAUTHORIZED: the caller is known and lacks what this whole surface needs."""
    return Refusal(Code.UNAUTHORIZED, message)


def conflict(reason: Reason, message: str, *, release_id: str | None = None, identical: bool | None = None) -> Refusal:
    """CONFLICT with its reason from the closed list."""
    return Refusal(Code.CONFLICT, message, reason=reason, release_id=release_id, identical=identical)


def unavailable(message: str, cause: Outage, retry_after_s: int = 1) -> Refusal:
    """UNAVAILABLE: nothing was done, or under an idempotency key a retry learns what was. `cause` goes to the log."""
    return Refusal(Code.UNAVAILABLE, message, retry_after_s=retry_after_s, log_reason=cause.value)
