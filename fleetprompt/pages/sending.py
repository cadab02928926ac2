"""The last step of an answer: a HEAD has the headers of its GET, and no body."""

from __future__ import annotations

from litestar.response.base import ASGIResponse


def sent(
    body: bytes, media_type: str, headers: list[tuple[str, str]], *, status: int = 200, is_head: bool = False
) -> ASGIResponse:
    """A response with a body, or without it where only the headers were asked for."""
    return ASGIResponse(
        body=b"" if is_head else body,
        content_length=len(body),
        status_code=status,
        media_type=media_type,
        headers=headers,
        is_head_response=is_head,
    )
