"""How the partner's client reads replies that carry no result."""

from __future__ import annotations

import httpx
import pytest

from fleetprompt.partner import PartnerError, RateLimited, Rejected, Unavailable, UnexpectedReply
from fleetprompt.partner.errors import error_of


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("5", 5), ("0", 0), ("", None), ("-1", None), ("soon", None), ("1e3", None), ("9" * 30, None), ("²", None)],
)
def test_retry_after_is_read_as_whole_seconds(value: str, seconds: int | None) -> None:
    reply = httpx.Response(503, headers=[(b"Retry-After", value.encode("latin-1"))])
    assert error_of(reply).retry_after_s == seconds


@pytest.mark.parametrize(
    ("status", "kind"),
    [(429, RateLimited), (500, Unavailable), (502, Unavailable), (404, UnexpectedReply), (302, UnexpectedReply)],
)
@pytest.mark.parametrize(
    "content",
    [b"", b"<html>", b"\xff", b"[" * 100_000, b'{"error":"no"}', b'{"error":{"code":1,"message":""}}', b"null"],
)
def test_a_reply_without_the_envelope_is_judged_by_its_status(
    status: int, kind: type[PartnerError], content: bytes
) -> None:
    error = error_of(httpx.Response(status, content=content))
    assert type(error) is kind
    assert (error.status, error.request_id) == (status, None)


def test_a_code_or_a_detail_of_a_later_version_is_kept() -> None:
    later = {"code": "LATER", "message": "m", "requestId": "req_1", "more": 1, "details": {"later": [1]}}
    error = error_of(httpx.Response(418, json={"error": later, "more": 1}))
    assert type(error) is Rejected
    assert (error.code, error.details) == ("LATER", {"later": [1]})
