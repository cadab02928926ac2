"""`fleetprompt sandbox token` (spec 7)."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from fleetprompt.partner import NotRedeemable, RedeemClient
from tests.support.operator import Operator
from tests.support.servers import ServerProcess

pytestmark = pytest.mark.slow


@pytest.fixture
def folder() -> Iterator[Path]:
    """A place for an embedded database, which its server's account can reach."""
    with tempfile.TemporaryDirectory(prefix="fp-sandbox-") as made:
        Path(made).chmod(0o711)
        yield Path(made)


def test_a_sandbox_token_is_redeemed_once_with_the_sandbox_key(folder: Path) -> None:
    variables = {"FLEETPROMPT_DATA_DIR": str(folder / "data"), "FLEETPROMPT_RATE_LIMITS": "off"}
    operator = Operator(variables)
    server = ServerProcess("sandbox", folder, variables)
    try:
        server.start()
        server.wait_ready()
        for system in ("whs", "agentromatic", "whs"):
            made = operator.answer("sandbox", "token", "--target", system)
            with RedeemClient(server.url, made["partnerKeyId"], made["secret"]) as partner:
                redemption = partner.redeem(made["installToken"], system)
                assert redemption.publisher.handle == "sandbox"
                forged = made["installToken"][:-1] + ("A" if made["installToken"][-1] != "A" else "E")
                with pytest.raises(NotRedeemable):
                    partner.redeem(forged, system)
        shown = operator.run("sandbox", "token", "--target", "agentelic")
    finally:
        server.end()
    assert shown.returncode == 0
    assert "export PARTNER_KEY_ID=prt_" in shown.stdout
    assert "export INSTALL_TOKEN=fpt_" in shown.stdout


def test_a_server_of_ones_own_is_no_sandbox(operator: Operator) -> None:
    refused = operator.run("sandbox", "token", "--target", "whs")
    assert refused.returncode == 1
    assert "FLEETPROMPT_DATABASE_URL names another one" in refused.stderr
