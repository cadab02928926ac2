"""The HMAC keys with which partner systems sign (spec 3, 6.6)."""

from __future__ import annotations

import base64
from uuid import UUID

from fleetprompt.secrets.key_ring import KeyRing, Purpose
from fleetprompt.secrets.secret import Secret


def partner_secret(ring: KeyRing, key_id: UUID, salt: bytes, version: str | None = None) -> Secret[bytes]:
    """The 32 bytes that this partner signs with.

    salt: the 32 random bytes in the key's row; neither they nor the ring suffice alone. version: the key version
    named there. Raises KeyRingError where the ring does not hold it.
    """
    return Secret(ring.derive(Purpose.PARTNER_KEY, key_id.bytes, salt, version=version))


def show_partner_secret(secret: Secret[bytes]) -> Secret[str]:
    """The secret as a partner is given it, once: padded standard base64."""
    return Secret(base64.b64encode(secret.reveal()).decode("ascii"))
