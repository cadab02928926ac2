"""The runbook is true: its blocks are run as they stand, in their order, on a real instance."""

from __future__ import annotations

import re
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import httpx
import pytest

from fleetprompt.clock import SystemClock
from tests.support.databases import Cluster, Database, Run
from tests.support.operator import Operator
from tests.support.servers import ServerProcess

ROOT: Final = Path(__file__).parents[1]
RUNBOOK: Final = (ROOT / "RUNBOOK.md").read_text()
BLOCKS: Final = re.findall(r"```sh\n(.*?)```", RUNBOOK, re.DOTALL)
TOOLS: Final = ("bash", "curl", "openssl")
PASSWORD: Final = "a long enough password"

pytestmark = pytest.mark.slow


@pytest.fixture
def folder() -> Iterator[Path]:
    """A place for embedded databases, which their server's account can reach."""
    with tempfile.TemporaryDirectory(prefix="fp-runbook-") as made:
        Path(made).chmod(0o711)
        yield Path(made)


@pytest.fixture
def place(cluster: Cluster, run: Run) -> Iterator[Database]:
    """An empty database on a server."""
    made = cluster.create(f"{run.name}_{secrets.token_hex(4)}")
    try:
        yield made
    finally:
        cluster.drop(made.name)


@pytest.mark.skipif(any(shutil.which(tool) is None for tool in TOOLS), reason=f"needs {', '.join(TOOLS)}")
def test_the_runbook_can_be_followed_from_its_first_line_to_its_last(folder: Path, place: Database) -> None:
    variables = {"FLEETPROMPT_DATA_DIR": str(folder / "data"), "FLEETPROMPT_RATE_LIMITS": "off"}
    operator = Operator(variables)
    server = ServerProcess("runbook", folder, variables)
    try:
        server.start()
        server.wait_ready()
        email = "root@example.org"
        assert operator.run("admin", "create", "--email", email, typed=PASSWORD).returncode == 0
        key = operator.answer("sandbox", "token", "--target", "whs")
        script = "\n".join(BLOCKS)
        given = {
            **operator.variables,
            "PATH": f"{Path(sys.executable).parent}:{operator.variables['PATH']}",
            "BASE": server.url,
            "ADMIN_EMAIL": email,
            "ADMIN_PASSWORD": PASSWORD,
            "USER_EMAIL": "buyer@sandbox.invalid",
            "NEW_PASSWORD": PASSWORD,
            "PARTNER_KEY": key["partnerKeyId"],
            "BACKUP": str(folder / "fleetprompt.backup"),
            "BACKED_UP_AT_MS": str(SystemClock().now_ms()),
            "NEW_DATA_DIR": str(folder / "restored"),
            "SERVING_URL": place.serving_url,
            "OWNER_URL": place.owner_url,
            "LISTING": on_sale(server.url),
        }
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script],
            env=given,
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        server.end()
    assert done.returncode == 0, f"{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
    for said in (
        '"revokeReason":"Malware."',
        "v2 signs",
        "v1 was retired",
        "Restored as it was",
        "There was no key to revoke",
        "install tokens revoked",
        "has the new password",
    ):
        assert said in done.stdout + done.stderr


def on_sale(url: str) -> str:
    """The sandbox's listing, as anybody finds it."""
    found = httpx.get(f"{url}/v1/public/listings/search", trust_env=False).raise_for_status().json()
    return str(found["items"][0]["listingId"])


def test_the_readme_leads_to_the_runbook() -> None:
    assert "](RUNBOOK.md)" in (ROOT / "README.md").read_text()
