from __future__ import annotations

import base64
import hashlib
from uuid import UUID

from fleetprompt import ids
from fleetprompt.secrets import KeyRing, new_salt, partner_secret, show_partner_secret

KEY_ID = UUID("01893726-efee-7f02-8fbf-9f2b7bc2f910")


def test_a_partner_secret_is_32_bytes_and_shown_as_padded_base64(ring: KeyRing) -> None:
    secret = partner_secret(ring, KEY_ID, bytes(32), "v1")
    assert len(secret.reveal()) == 32
    assert hashlib.sha256(secret.reveal()).hexdigest() == (
        "c9e37e0b41361a86d5fdb405556892c0fa0938e13781e7dc2bd7f3d0cded71ef"
    )
    shown = show_partner_secret(secret).reveal()
    assert len(shown) == 44
    assert base64.b64decode(shown, validate=True) == secret.reveal()


def test_neither_ring_nor_salt_suffices_alone(ring: KeyRing, other_ring: KeyRing) -> None:
    salt = new_salt()
    secret = partner_secret(ring, KEY_ID, salt, "v1").reveal()
    others = [
        partner_secret(other_ring, KEY_ID, salt, "v1"),
        partner_secret(ring, KEY_ID, new_salt(), "v1"),
        partner_secret(ring, ids.new_uuid(), salt, "v1"),
        partner_secret(ring, KEY_ID, salt, "v2"),
    ]
    assert secret not in [other.reveal() for other in others]
    assert partner_secret(ring.added().promoted("v3"), KEY_ID, salt, "v1").reveal() == secret


def test_without_a_version_the_signing_key_is_used(ring: KeyRing) -> None:
    assert partner_secret(ring, KEY_ID, bytes(32)).reveal() == partner_secret(ring, KEY_ID, bytes(32), "v2").reveal()
