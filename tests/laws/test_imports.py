"""Laws 1 and 2: the contracts of import-linter catch each import that they forbid."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from tests.laws.source import ROOT

UNLAWFUL: Final = {
    "fleetprompt/store/x_upward.py": "import fleetprompt.web.routing",
    "fleetprompt/listings/x_upward.py": "import fleetprompt.releases.model",
    "fleetprompt/partner/x_rest.py": "import fleetprompt.ids",
    "fleetprompt/web/x_partner.py": "import fleetprompt.partner",
    "fleetprompt/listings/x_sqlalchemy.py": "import sqlalchemy",
    "fleetprompt/listings/model.py": "import sqlalchemy",
    "fleetprompt/authz.py": "import litestar",
    "fleetprompt/listings/create.py": "import litestar",
    "fleetprompt/listings/rules.py": "import fleetprompt.listings.statements",
    "fleetprompt/markdown/x_one.py": "import fleetprompt.markdown.x_two",
    "fleetprompt/markdown/x_two.py": "import fleetprompt.markdown.x_one",
    "fleetprompt/helpers.py": '"""A drawer."""',
}


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    command = Path(sys.executable).with_name("lint-imports")
    return subprocess.run(
        [command, "--no-logo", "--no-cache", "--config", ROOT / "pyproject.toml"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.fixture(scope="module")
def complaints(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What import-linter says of a copy of the package with every unlawful import added to it."""
    folder = tmp_path_factory.mktemp("unlawful")
    shutil.copytree(ROOT / "fleetprompt", folder / "fleetprompt", ignore=shutil.ignore_patterns("__pycache__"))
    for name, statement in UNLAWFUL.items():
        module = folder / name
        before = module.read_text(encoding="utf-8") if module.exists() else ""
        module.write_text(f"{before}\n{statement}\n", encoding="utf-8")
    report = lint_imports(folder)
    assert report.returncode == 1, report.stderr
    return report.stdout


def test_the_package_keeps_every_contract() -> None:
    report = lint_imports(ROOT)
    assert report.returncode == 0, report.stdout


@pytest.mark.parametrize(
    "link",
    [
        "fleetprompt.store.x_upward -> fleetprompt.web.routing",
        "fleetprompt.listings.x_upward -> fleetprompt.releases.model",
        "fleetprompt.partner.x_rest -> fleetprompt.ids",
        "fleetprompt.web.x_partner -> fleetprompt.partner",
        "fleetprompt.listings.x_sqlalchemy -> sqlalchemy",
        "fleetprompt.listings.model -> sqlalchemy",
        "fleetprompt.authz -> litestar",
        "fleetprompt.listings.create -> litestar",
        "fleetprompt.listings.rules -> fleetprompt.listings.statements",
    ],
)
def test_an_unlawful_import_is_named(complaints: str, link: str) -> None:
    assert link in complaints


def test_a_cycle_is_named(complaints: str) -> None:
    assert "No cycles are allowed in fleetprompt.markdown." in complaints
    assert "- .x_two -> .x_one (1 import)" in complaints


def test_a_module_without_a_place_is_named(complaints: str) -> None:
    assert "not listed as layers:\n\n- fleetprompt.helpers\n" in complaints
