"""The README is true: its commands run as they stand, and its lists are the code's."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import pytest

from fleetprompt.partner import RedeemClient
from tests.support.databases import Database, Run
from tests.support.servers import Servers, serving

ROOT: Final = Path(__file__).parents[1]
README: Final = (ROOT / "README.md").read_text()
TOOLS: Final = ("bash", "curl", "node", "openssl")


def blocks(heading: str, language: str) -> list[str]:
    """The fenced blocks of one language in one section."""
    section = README.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    return re.findall(rf"```{language}\n(.*?)```", section, re.DOTALL)


@pytest.fixture(scope="module")
async def server(anyio_backend: Any, database: Database, run: Run) -> AsyncIterator[Servers]:
    """One server that knows where it is reached, as a reader's own does."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    with serving(
        database, run.folder / "logs", processes=1, arguments=("--port", str(port)), PUBLIC_URL=url
    ) as started:
        yield started
        await started.aclose()


@pytest.mark.skipif(any(shutil.which(tool) is None for tool in TOOLS), reason=f"needs {', '.join(TOOLS)}")
async def test_e2e_04_the_readme_carries_a_listing_from_draft_to_a_redeemed_token(
    server: Servers, tmp_path: Path
) -> None:
    partner = await server.people_of(0).partner("whs")
    url = server.processes[0].url
    script = "\n".join([*blocks("For publishers", "sh"), *blocks("For buyers", "sh"), 'echo "token $INSTALL_TOKEN"'])
    script = script.replace("http://127.0.0.1:8000", url)
    told = run_shell(script, tmp_path, {})
    token = told.rsplit("token ", 1)[1].strip()
    assert token.startswith("fpt_")
    (partner_script,) = blocks("For partner systems", "sh")
    environment = {
        "BASE": url,
        "PARTNER_KEY_ID": partner.key_id,
        "PARTNER_SECRET": partner.secret,
        "INSTALL_TOKEN": token,
    }
    answers = run_shell(partner_script.replace(".venv/bin/python", sys.executable), ROOT, environment)
    assert answers.count('"whsAgentId"') == 3, "the Bash, Node and Python clients get the same answer"


async def test_e2e_04_the_readmes_python_client_redeems(server: Servers) -> None:
    partner = await server.people_of(0).partner("whs")
    url = server.processes[0].url
    (source,) = blocks("For partner systems", "python")
    given = {
        "base_url": url,
        "partner_key_id": partner.key_id,
        "secret": partner.secret,
        "install_token": "fpt_of_another_place",
    }
    exec(compile(source, "README.md", "exec"), given)
    assert "redemption" not in given, "a token that names nothing is NotRedeemable"
    with RedeemClient(url, partner.key_id, partner.secret) as client:
        assert client.ping().partner_key_id == partner.key_id


def test_the_readme_lists_every_setting() -> None:
    settings = (ROOT / "fleetprompt" / "settings.py").read_text()
    known = {f"FLEETPROMPT_{name}" for name in re.findall(r'reader\.read\("([A-Z_]+)"', settings)}
    assert known == set(re.findall(r"^\| `(FLEETPROMPT_[A-Z_]+)` \|", README, re.MULTILINE))


def test_the_readme_shows_every_command() -> None:
    shown = set(re.findall(r"^fleetprompt ([a-z]+)", "\n".join(blocks("For operators", "sh")), re.MULTILINE))
    done = subprocess.run([sys.executable, "-m", "fleetprompt", "--help"], capture_output=True, text=True, check=True)
    listed = set(re.findall(r"^  ([a-z]+) ", done.stdout.split("Commands:", 1)[1], re.MULTILINE))
    assert shown | {"demo"} == listed


def run_shell(script: str, folder: Path, environment: dict[str, str]) -> str:
    """Run a script as a reader would paste it, and return what it printed."""
    path = {"PATH": f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin", "HOME": str(folder)}
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=folder,
        env={**path, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
