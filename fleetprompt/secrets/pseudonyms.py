"""Values that stand for something without showing it: a request in the ledger, a buyer towards a partner."""

from __future__ import annotations

from uuid import UUID

from fleetprompt.enums import InstallTargetSystem
from fleetprompt.secrets.key_ring import KeyRing, Purpose, base64url


def request_fingerprint(ring: KeyRing, canonical: bytes, version: str | None = None) -> bytes:
    """32 bytes by which the ledger knows a request again without holding it (spec 6.2).

    canonical: an unambiguous encoding of the request. version: the key version on the ledger's record, by default
    the one that signs. Raises KeyRingError where the ring does not hold it.
    """
    return ring.mac(Purpose.LEDGER_FINGERPRINT, canonical, version=version)


def buyer_ref(ring: KeyRing, user_id: UUID, target_system: InstallTargetSystem, version: str) -> str:
    """How this partner system knows this buyer: stable there, unlinkable to what another system is told (spec 6.5).

    version: the key version on the user's row, never the one that happens to sign, so that promoting another key
    changes no buyer's name. Raises KeyRingError where the ring does not hold it.
    """
    mac = ring.mac(Purpose.BUYER_REF, user_id.bytes, target_system.encode("ascii"), version=version)
    return f"buyer_{base64url(mac)}"
