"""Signs requests with http-message-signatures, an implementation of RFC 9421 that shares no code with FleetPrompt."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from http_message_signatures import HTTPMessageSigner, HTTPSignatureKeyResolver, algorithms

FOUR = ("@method", "@path", "content-digest", "idempotency-key")
FIVE = ("@method", "@authority", "@path", "content-digest", "idempotency-key")


@dataclass(frozen=True)
class Sent:
    """A request as it goes over the wire: the path encoded, without the query, headers in order and repeatable."""

    method: str
    path: str
    query: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def raw_headers(self) -> list[tuple[bytes, bytes]]:
        """The headers as an ASGI server hands them over."""
        return [(name.lower().encode(), value.encode("latin-1")) for name, value in self.headers]

    def value(self, name: str) -> str:
        """The value of the one header called `name`."""
        (value,) = (value for key, value in self.headers if key == name)
        return value

    def having(self, name: str, value: str) -> Sent:
        """The same request with another value in the header called `name`."""
        return replace(self, headers=tuple((key, value if key == name else old) for key, old in self.headers))

    def adding(self, name: str, value: str) -> Sent:
        """The same request with one more header line."""
        return replace(self, headers=(*self.headers, (name, value)))

    def without(self, name: str) -> Sent:
        """The same request with no header called `name`."""
        return replace(self, headers=tuple(header for header in self.headers if header[0] != name))


@dataclass(frozen=True)
class _Secret(HTTPSignatureKeyResolver):
    octets: bytes

    def resolve_private_key(self, key_id: str) -> bytes:
        return self.octets


@dataclass
class _Message:
    method: str
    url: str
    headers: dict[str, str]


def content_digest(body: bytes) -> str:
    """The value of `Content-Digest` for `body`."""
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"


def sign(
    *,
    origin: str,
    path: str,
    body: bytes,
    idempotency_key: str,
    key_id: str,
    secret: bytes,
    created_s: int,
    nonce: str | None,
    covered: Sequence[str] = FOUR,
    label: str = "sig1",
    include_alg: bool = True,
    expires_s: int | None = None,
    tag: str | None = None,
    digest: str | None = None,
    method: str = "POST",
) -> Sent:
    """A POST signed as spec 6.6 asks. Times are Unix seconds; `origin` is scheme and authority."""
    headers = {
        "Host": origin.partition("://")[2],
        "Content-Type": "application/json",
        "Content-Digest": digest or content_digest(body),
        "Idempotency-Key": idempotency_key,
    }
    message = _Message(method, f"{origin}{path}", headers)
    signer = HTTPMessageSigner(signature_algorithm=algorithms.HMAC_SHA256, key_resolver=_Secret(secret))
    signer.sign(
        message,
        key_id=key_id,
        created=datetime.fromtimestamp(created_s, UTC),
        expires=None if expires_s is None else datetime.fromtimestamp(expires_s, UTC),
        nonce=nonce,
        label=label,
        tag=tag,
        include_alg=include_alg,
        covered_component_ids=tuple(covered),
        use_existing_digest=True,
    )
    return Sent(method, path, "", tuple(message.headers.items()), body)
