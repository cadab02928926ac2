"""What every answer must look like, asserted in one place (spec 6, 6.1, 6.2)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import httpx

from fleetprompt import ids
from fleetprompt.errors import STATUS, Code, Reason

UNSUPPORTED_STATUSES = {400, 405, 406, 415}
DETAILS = {"hint", "reason", "releaseId", "identical", "fields"}
RETRIED = {Code.RATE_LIMITED, Code.UNAVAILABLE}
VARYING_HEADERS = {"x-request-id", "date", "ratelimit", "ratelimit-policy", "content-length"}
CACHE_HEADERS = ("cache-control", "etag", "content-type")


def assert_json(response: httpx.Response) -> Any:
    """JSON in UTF-8 under our own request id; returns the decoded body."""
    assert response.headers["content-type"] == "application/json", response.headers
    assert response.headers["x-content-type-options"] == "nosniff"
    assert len(response.headers.get_list("x-request-id")) == 1
    assert ids.decode("req", response.headers["x-request-id"]) is not None
    return response.json()


def assert_error(
    response: httpx.Response,
    code: Code | str,
    reason: Reason | str | None = None,
    fields: Iterable[str] | None = None,
    *,
    status: int | None = None,
    hint: str | None = None,
) -> dict[str, Any]:
    """The exact envelope of 6.1 and nothing beside it; returns what stands in `error`.

    reason: required with CONFLICT. fields: with VALIDATION_FAILED, all the field names, in any order; None accepts any.
    status: where the code has several (UNSUPPORTED). hint: None means that there must be none.
    """
    code = Code(code)
    body = assert_json(response)
    assert body.keys() == {"error"}, body
    error: dict[str, Any] = body["error"]
    assert error.get("code") == code, error
    _assert_status(response, code, status)
    assert error.keys() - {"details"} == {"code", "message", "requestId"}, error
    assert isinstance(error["message"], str)
    assert error["message"].strip()
    assert error["requestId"] == response.headers["x-request-id"]
    assert response.headers["cache-control"] == "no-store"
    assert (code is Code.UNAUTHENTICATED) == ("www-authenticate" in response.headers)
    if code in RETRIED:
        assert int(response.headers["retry-after"]) >= 1
    _assert_details(error.get("details"), code, reason, fields, hint)
    return error


def _assert_status(response: httpx.Response, code: Code, status: int | None) -> None:
    if status is not None:
        assert response.status_code == status, response.text
    elif code is Code.UNSUPPORTED:
        assert response.status_code in UNSUPPORTED_STATUSES, response.text
    else:
        assert response.status_code == STATUS[code], response.text


def _assert_details(
    details: Any, code: Code, reason: Reason | str | None, fields: Iterable[str] | None, hint: str | None
) -> None:
    assert details != {}, "details without a value are absent"
    given: dict[str, Any] = details or {}
    assert given.keys() <= DETAILS, given
    assert None not in given.values(), given
    assert given.get("hint") == hint, given
    assert ("reason" in given) == (code is Code.CONFLICT), given
    if code is Code.CONFLICT:
        assert given["reason"] in set(Reason), given
        assert reason is None or given["reason"] == reason, given
    else:
        assert reason is None, f"{code} carries no reason"
    assert ("fields" in given) == (code is Code.VALIDATION_FAILED), given
    if code is Code.VALIDATION_FAILED:
        _assert_fields(given["fields"], fields)
    else:
        assert fields is None, f"{code} carries no fields"


def _assert_fields(problems: list[dict[str, Any]], names: Iterable[str] | None) -> None:
    assert problems
    for problem in problems:
        assert problem.keys() == {"fieldName", "message"}, problem
        assert all(problem.values()), problem
    if names is not None:
        assert sorted(problem["fieldName"] for problem in problems) == sorted(names), problems


def assert_ok(response: httpx.Response, name: str | None = None) -> Any:
    """A 200; returns its body, or what stands in it under `name`, which is then all there is."""
    return _assert_success(response, 200, name)


def assert_created(response: httpx.Response, name: str, *beside: str) -> Any:
    """A 201; returns the resource under `name`. beside: what else stands next to it (`secret`)."""
    return _assert_success(response, 201, name, *beside)


def _assert_success(response: httpx.Response, status: int, name: str | None, *beside: str) -> Any:
    assert response.status_code == status, f"{response.status_code} {response.text}"
    body = assert_json(response)
    assert not _nulls(body), f"values that are absent are left out: {_nulls(body)}"
    if name is None:
        return body
    assert body.keys() == {name, *beside}, body
    return body[name]


def _nulls(value: Any, path: str = "") -> list[str]:
    if value is None:
        return [] if path.endswith("nextCursor") else [path]
    if isinstance(value, dict):
        return [found for key, inner in value.items() for found in _nulls(inner, f"{path}.{key}")]
    if isinstance(value, list):
        return [found for place, inner in enumerate(value) for found in _nulls(inner, f"{path}[{place}]")]
    return []


def assert_replayed(replay: httpx.Response, first: httpx.Response) -> None:
    """The stored status, body and cache headers of the first success, marked as a replay (6.2)."""
    assert "idempotent-replayed" not in first.headers
    assert replay.headers.get("idempotent-replayed") == "true", replay.text
    assert (replay.status_code, replay.content) == (first.status_code, first.content)
    for name in CACHE_HEADERS:
        assert replay.headers.get(name) == first.headers.get(name), name
    assert replay.headers["x-request-id"] != first.headers["x-request-id"]


def assert_same_refusal(one: httpx.Response, other: httpx.Response) -> None:
    """Nothing tells the two refusals apart but request id, date and rate-limit counters (spec 3 IDOR)."""
    assert _told(one) == _told(other)


def _told(response: httpx.Response) -> tuple[int, list[tuple[str, str]], Any]:
    headers = [(name, value) for name, value in response.headers.multi_items() if name not in VARYING_HEADERS]
    body = response.json()
    body["error"].pop("requestId")
    return response.status_code, sorted(headers), body
