"""Validators: weak ETags of public replies, and what `If-None-Match` asks (spec 6.3)."""

from __future__ import annotations

import hashlib


def weak_etag(body: bytes) -> str:
    """A weak validator of a public reply: the same bytes, the same tag, in every process."""
    return f'W/"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'


def is_fresh(if_none_match: str | None, etag: str) -> bool:
    """Whether the client's copy is still good; validators are compared weakly, as RFC 9110 13.1.2 says."""
    if if_none_match is None:
        return False
    opaque = etag.removeprefix("W/")
    candidates = {part.strip().removeprefix("W/") for part in if_none_match.split(",")}
    return "*" in candidates or opaque in candidates
