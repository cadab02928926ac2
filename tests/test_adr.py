"""Decisions are told in one form, are all in the index, and name tests that exist."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
RECORDS = sorted((ROOT / "adr").glob("[0-9]*.md"))
HEADINGS = ["Context", "Decision", "Consequences", "Held by"]


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.stem)
def test_a_decision_has_its_parts_and_names_tests_that_exist(record: Path) -> None:
    text = record.read_text()
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == HEADINGS
    held = re.findall(r"^\* `([\w/.]+)::(\w+)`$", text.split("## Held by", 1)[1], re.MULTILINE)
    assert held, "a decision that no test holds is an opinion"
    for path, name in held:
        tree = ast.parse((ROOT / path).read_text())
        defined = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
        assert name in defined, f"{path} has no {name}"


def test_every_decision_is_in_the_index_in_order() -> None:
    listed = re.findall(r"\]\(([\w-]+\.md)\)", (ROOT / "adr" / "README.md").read_text())
    assert listed == [record.name for record in RECORDS]
