"""The shapes of installs."""

from __future__ import annotations

import msgspec

from fleetprompt.enums import InstallTargetSystem
from fleetprompt.installs.model import HandOver, InstallTokenReply, RedeemToken

SECRET = "fpt_secret"


def test_u_tok_02_what_carries_a_token_sends_it_and_does_not_show_it() -> None:
    whs = InstallTargetSystem.WHS
    hand_over = HandOver(target_system=whs)
    carriers = [
        RedeemToken(install_token=SECRET, target_system=whs),
        InstallTokenReply(install_intent_id="int_1", install_token=SECRET, expires_at_ms=1, redeem=hand_over),
    ]
    assert SECRET not in repr(carriers)
    assert SECRET not in f"{carriers}"
    assert msgspec.json.encode(carriers).count(SECRET.encode()) == len(carriers)
