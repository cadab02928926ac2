"""Signs a request to FleetPrompt: HTTP Message Signatures, RFC 9421, `hmac-sha256` (spec 6.6)."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Final

import http_sf

SECRET_BYTES: Final = 32
_COMPONENTS: Final = ("@method", "@authority", "@path", "content-digest", "idempotency-key")


class Signer:
    """Holds one partner key and signs with it. Nothing that it shows of itself contains the secret."""

    def __init__(self, partner_key_id: str, secret_base64: str) -> None:
        """secret_base64: as FleetPrompt gave it, padded standard base64 of 32 bytes. Raises ValueError otherwise."""
        if not (partner_key_id.isascii() and partner_key_id.isprintable()):
            raise ValueError("The id of a partner key is printable ASCII.")
        self.partner_key_id = partner_key_id
        self._secret = _decoded(secret_base64)
        if len(self._secret) != SECRET_BYTES:
            raise ValueError("The secret of a partner key is the padded standard base64 of 32 bytes.")

    def __repr__(self) -> str:
        return f"Signer({self.partner_key_id!r})"

    def headers(
        self, *, authority: str, path: str, body: bytes, idempotency_key: str, created_s: int, nonce: str
    ) -> dict[str, str]:
        """The headers that authenticate a POST of `body` to `path` (encoded, as sent) at `authority`.

        created_s: Unix seconds. nonce: 16 to 64 characters, never used before with this key.
        """
        digest = http_sf.ser({"sha-256": hashlib.sha256(body).digest()})
        values = ("POST", authority, path, digest, idempotency_key)
        covered: http_sf.InnerListType = (
            [*_COMPONENTS],
            {"created": created_s, "nonce": nonce, "keyid": self.partner_key_id, "alg": "hmac-sha256"},
        )
        signature_params = http_sf.ser([covered])
        lines = [f'"{name}": {value}' for name, value in zip(_COMPONENTS, values, strict=True)]
        base = "\n".join([*lines, f'"@signature-params": {signature_params}'])
        mac = hmac.digest(self._secret, base.encode("ascii"), "sha256")
        return {
            "Content-Digest": digest,
            "Idempotency-Key": idempotency_key,
            "Signature-Input": f"sig1={signature_params}",
            "Signature": http_sf.ser({"sig1": mac}),
        }


def _decoded(secret_base64: str) -> bytes:
    """The secret's bytes, none where it is not base64: an error of the decoder could quote it."""
    try:
        return base64.b64decode(secret_base64, validate=True)
    except ValueError:
        return b""
