"""Law 6: forgetting whose rows are meant does not type-check, and nobody but authz says whose they are."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Final
from uuid import UUID

import pytest

from fleetprompt.authz import AdminScope, OwnerScope, PublicScope, PublisherScope
from tests.laws.source import ROOT

FORGETFUL: Final = """
from uuid import UUID
from fleetprompt.listings import statements

statements.page(status=None, after_id=UUID(int=0), fetch=1)
statements.page(UUID(int=1), status=None, after_id=UUID(int=0), fetch=1)
"""


@pytest.mark.slow
def test_a_list_without_a_scope_does_not_type_check(tmp_path: Path) -> None:
    script = tmp_path / "forgetful.py"
    script.write_text(FORGETFUL, encoding="utf-8")
    report = subprocess.run(
        [sys.executable, "-m", "mypy", "--config-file", "pyproject.toml", script],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    errors = [line for line in report.stdout.splitlines() if "forgetful.py" in line]
    assert len(errors) == 2, report.stdout
    assert 'Missing positional argument "scope"' in errors[0]
    assert 'expected "PublisherScope"' in errors[1]


@pytest.mark.parametrize("scope", [OwnerScope, PublisherScope])
def test_only_authz_builds_a_scope_of_somebodys_rows(scope: type[OwnerScope | PublisherScope]) -> None:
    with pytest.raises(TypeError, match="only authz"):
        scope(UUID(int=1), object())


@pytest.mark.parametrize("scope", [PublicScope, AdminScope])
def test_only_authz_builds_a_scope_of_everybodys_rows(scope: type[PublicScope | AdminScope]) -> None:
    with pytest.raises(TypeError, match="only authz"):
        scope(object())
