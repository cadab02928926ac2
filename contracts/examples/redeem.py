"""Redeems INSTALL_TOKEN for TARGET_SYSTEM and prints the reply. See contracts/signatures.md."""

import os
import sys

import msgspec

from fleetprompt.partner import PartnerError, RedeemClient

env = os.environ
try:
    with RedeemClient(env["PARTNER_BASE_URL"], env["PARTNER_KEY_ID"], env["PARTNER_SECRET"]) as fleetprompt:
        redemption = fleetprompt.redeem(env["INSTALL_TOKEN"], env["TARGET_SYSTEM"])
except PartnerError as error:
    sys.exit(str(error))
print(msgspec.json.encode(redemption).decode())
