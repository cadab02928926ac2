"""`fleetprompt demo` (spec 7)."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow


def test_the_demo_tells_the_whole_story_and_touches_none_of_the_operators_data() -> None:
    with tempfile.TemporaryDirectory(prefix="fleetprompt-demo-") as folder:  # of mode 0700, as mktemp makes them
        told = subprocess.run(
            [sys.executable, "-m", "fleetprompt", "demo", "--exit"],
            env={
                **os.environ,
                "FLEETPROMPT_DATA_DIR": folder,
                "FLEETPROMPT_DATABASE_URL": "postgresql://somebody@127.0.0.1:1/production",
                "FLEETPROMPT_PUBLIC_URL": "https://market.example",
            },
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )
        assert told.returncode == 0, told.stdout + told.stderr
        for what in (
            "Acme Automation drafts a listing",
            "Idempotent-Replayed: true",
            "error.code: NOT_FOUND",
            "The partner system redeems the token, with a signed request",
            "redeem.handoverUrl: http://localhost:",
            "Installed: it had given this state to this very session",
            "Done; stopping the server.",
        ):
            assert what in told.stdout
        assert [each.name for each in Path(folder).iterdir() if each.is_dir()] == ["demo"]
