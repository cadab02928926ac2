"""The clients in `contracts/examples`, run as they stand against a server that checks their signatures."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.partner.redeem_server import KEY_ID, REDEMPTION, SECRET, TOKEN, Fault, serving

ROOT = Path(__file__).parents[2]
EXAMPLES = {"redeem.py": [sys.executable], "redeem.mjs": ["node"], "redeem.sh": ["bash"]}
TOOLS = {"redeem.py": (), "redeem.mjs": ("node",), "redeem.sh": ("bash", "curl", "openssl")}

each_example = pytest.mark.parametrize("name", EXAMPLES)


def run(name: str, base_url: str, path: str = os.environ["PATH"], **changes: str) -> subprocess.CompletedProcess[str]:
    """One run of an example. Skipped where a tool that it needs is not installed."""
    if missing := [tool for tool in TOOLS[name] if shutil.which(tool) is None]:
        pytest.skip(f"{name} needs {', '.join(missing)}")
    env = {
        "PATH": path,
        "PYTHONPATH": str(ROOT),
        "PARTNER_BASE_URL": base_url,
        "PARTNER_KEY_ID": KEY_ID,
        "PARTNER_SECRET": base64.b64encode(SECRET).decode(),
        "INSTALL_TOKEN": TOKEN,
        "TARGET_SYSTEM": "whs",
        **changes,
    }
    command = [*EXAMPLES[name], str(ROOT / "contracts" / "examples" / name)]
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=30, check=False)


@each_example
def test_e2e_04_an_example_redeems_and_redeems_again(name: str) -> None:
    with serving() as server:
        first = run(name, f"{server.url}/")
        again = run(name, server.url)
    assert (first.returncode, again.returncode) == (0, 0), first.stderr + again.stderr
    reply = json.loads(first.stdout)
    assert {key: reply[key] for key in REDEMPTION} == REDEMPTION
    assert (server.redeemed, len(server.signed), server.reasons) == (1, 2, [])
    for headers in server.headers:
        assert headers["idempotency-key"] == f"redeem-{hashlib.sha256(TOKEN.encode()).hexdigest()}"
        assert '"@authority"' in headers["signature-input"]


@each_example
def test_an_example_fails_when_it_is_refused_and_follows_no_redirect(name: str) -> None:
    with serving() as server:
        unknown = run(name, server.url, INSTALL_TOKEN=TOKEN[:-1] + "B")
    assert unknown.returncode != 0
    assert "NOT_FOUND" in unknown.stdout + unknown.stderr
    with serving(Fault.REDIRECT) as server:
        assert run(name, server.url).returncode != 0
    assert len(server.at_s) == 1


def test_u_tok_02_the_shell_example_puts_neither_token_nor_secret_on_a_command_line(tmp_path: Path) -> None:
    recorded = tmp_path / "recorded"
    for tool in ("curl", "openssl", "od", "tr", "date"):
        real = shutil.which(tool) or pytest.skip(f"redeem.sh needs {tool}")
        shim = tmp_path / tool
        shim.write_text(f'#!/bin/sh\nprintf "%s\\n" "{tool}" "$@" >> {recorded}\nexec {real} "$@"\n')
        shim.chmod(shim.stat().st_mode | stat.S_IXUSR)
    with serving() as server:
        ran = run("redeem.sh", server.url, path=f"{tmp_path}:{os.environ['PATH']}")
    assert ran.returncode == 0, ran.stderr
    words = recorded.read_text()
    assert "--data-binary" in words
    for secret in (TOKEN, TOKEN[31:], base64.b64encode(SECRET).decode(), SECRET.hex()):
        assert secret not in words


def test_the_shell_example_refuses_a_token_that_would_break_out_of_the_json() -> None:
    with serving() as server:
        assert run("redeem.sh", server.url, INSTALL_TOKEN='x","targetSystem":"whs').returncode == 2
    assert not server.at_s
