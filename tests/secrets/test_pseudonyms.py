from __future__ import annotations

import hashlib
from uuid import UUID

import pytest

from fleetprompt import ids
from fleetprompt.enums import InstallTargetSystem
from fleetprompt.secrets import KeyRing, KeyRingError, buyer_ref, request_fingerprint

USER_ID = UUID("01893726-efee-7f02-8fbf-9f2b7bc2f910")


def test_a_buyer_keeps_her_name_when_keys_are_added_and_promoted(ring: KeyRing) -> None:
    name = buyer_ref(ring, USER_ID, InstallTargetSystem.WHS, "v1")
    assert name == "buyer_5SH7NcKpln16MMHhQ2pKOmaoNbcex-k6b-21TheEz2g"
    assert buyer_ref(ring.added().promoted("v3"), USER_ID, InstallTargetSystem.WHS, "v1") == name


def test_a_buyer_has_unrelated_names_towards_every_system(ring: KeyRing) -> None:
    users = (USER_ID, ids.new_uuid())
    names = {buyer_ref(ring, user, system, "v1") for user in users for system in InstallTargetSystem}
    assert len(names) == len(users) * len(InstallTargetSystem)
    assert not any(user.hex in name or ids.encode("usr", user)[4:] in name for name in names for user in users)


def test_a_buyers_name_is_refused_rather_than_changed_when_its_key_is_gone(ring: KeyRing) -> None:
    with pytest.raises(KeyRingError, match="lacks v1"):
        buyer_ref(ring.retired("v1"), USER_ID, InstallTargetSystem.WHS, "v1")


def test_u_idemp_03_a_fingerprint_knows_the_request_and_holds_nothing_of_it(ring: KeyRing) -> None:
    request = b'{"password":"correct horse"}'
    mark = request_fingerprint(ring, request)
    assert len(mark) == 32
    assert mark == request_fingerprint(ring, request) == request_fingerprint(ring, request, "v2")
    assert mark not in {request_fingerprint(ring, request + b" "), request_fingerprint(ring, request, "v1")}
    assert mark != hashlib.sha256(request).digest()
