"""Signed page cursors: opaque to clients, good only where they were handed out (spec 3 Cursors)."""

from __future__ import annotations

import base64

from fleetprompt.secrets.key_ring import KeyRing, Purpose, base64url


def sign_cursor(ring: KeyRing, payload: bytes, binding: bytes) -> str:
    """The cursor that carries `payload` and opens only with the same `binding`.

    payload: where the next page begins; the client can read it. binding: an unambiguous encoding of operation,
    filters, sort and caller scope.
    """
    body = base64url(payload)
    return f"{body}.{base64url(ring.mac(Purpose.CURSOR, binding, body.encode('ascii')))}"


def open_cursor(ring: KeyRing, text: str, binding: bytes) -> bytes | None:
    """The payload of a cursor of ours, or None where it is forged, altered, or was handed out for something else."""
    body, _, signature = text.partition(".")
    signed = body.encode("utf-8", "surrogatepass")
    if ring.version_of(signature, Purpose.CURSOR, binding, signed) is None:
        return None
    return base64.urlsafe_b64decode(signed + b"=" * (-len(signed) % 4))
