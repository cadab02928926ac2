"""The alert rules and the dashboard fit the metrics that there are, and the rules do what they say (spec 9)."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from fleetprompt.errors import Outage
from fleetprompt.telemetry import JobTerms, MetricLabels, Metrics
from fleetprompt.telemetry.metrics import RERUN_CAUSES
from tests.support.metrics import series

ROOT: Final = Path(__file__).parents[2]
ALERTS: Final = ROOT / "deploy" / "prometheus" / "alerts.yml"
ALERT_TESTS: Final = ROOT / "deploy" / "prometheus" / "alerts_test.yml"
DASHBOARD: Final = ROOT / "deploy" / "grafana" / "fleetprompt.json"
OURS: Final = re.compile(r"\b(?:fleetprompt|process)_[a-z0-9_]+")
LABELS_IN_BRACES: Final = re.compile(r"\{([^{}]*)\}")
OF_PROMETHEUS: Final = {"instance", "job", "le", "worker"}

needs_promtool = pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed")


def known() -> tuple[set[str], set[str]]:
    """The names of all series that the application can have, and of their labels."""
    labels = MetricLabels(
        operations=frozenset({"service.health"}),
        pools=frozenset({"main"}),
        jobs={"facets.fold": JobTerms(30, is_retention=True)},
    )
    metrics = Metrics(labels)
    metrics.request_started()
    metrics.request_finished("service.health", "OK", 0.1)
    metrics.jobs_stand({"facets.fold": 1}, 0, 1)
    found = series(metrics.render().decode())
    return {name for name, _ in found}, {label for _, pairs in found for label, _ in pairs} | OF_PROMETHEUS


def panels() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(DASHBOARD.read_text())["panels"]
    return found


def expressions() -> Iterator[str]:
    """Every query of the dashboard."""
    for panel in panels():
        for target in panel.get("targets", []):
            yield target["expr"]


def alerts() -> list[str]:
    return re.findall(r"^ +- alert: (\w+)$", ALERTS.read_text(), re.MULTILINE)


def promtool(*arguments: str | Path) -> str:
    done = subprocess.run(["promtool", *arguments], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_every_metric_that_a_rule_or_a_panel_names_exists() -> None:
    names, _ = known()
    used = set(OURS.findall(re.sub(r"(?m)^ *#.*$", "", ALERTS.read_text()))) | set(
        OURS.findall(" ".join(expressions()))
    )
    assert used - names == set()


def test_every_label_that_a_panel_selects_or_groups_by_exists() -> None:
    _, labels = known()
    for expression in [*expressions(), *re.findall(r"expr: (.*?)\n +(?:for|labels):", ALERTS.read_text(), re.DOTALL)]:
        selected = {
            name for braces in LABELS_IN_BRACES.findall(expression) for name in re.findall(r"(\w+)[!=]", braces)
        }
        grouped = {name for by in re.findall(r"\bby \(([^)]*)\)", expression) for name in re.findall(r"\w+", by)}
        assert selected | grouped <= labels, expression


def test_every_metric_of_ours_is_in_a_panel() -> None:
    shown = " ".join(expressions())
    families = {re.sub(r"_(?:bucket|count|sum|total)$", "", name) for name in known()[0] if name.startswith("fleet")}
    assert {family for family in families if family not in shown} == set()


def test_the_dashboard_has_sound_panels() -> None:
    assert len({panel["id"] for panel in panels()}) == len(panels())
    for panel in panels():
        assert panel["title"]
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24
        if panel["type"] != "row":
            assert panel["description"]
            assert panel["targets"]
            assert panel["datasource"]["uid"] == "${datasource}"
    places = [(p["gridPos"]["x"], p["gridPos"]["y"]) for p in panels()]
    assert len(set(places)) == len(places)


@needs_promtool
def test_promtool_accepts_every_query_of_the_dashboard(tmp_path: Path) -> None:
    rules = [
        {"record": f"panel_{place}", "expr": expression.replace("$__rate_interval", "5m")}
        for place, expression in enumerate(expressions())
    ]
    file = tmp_path / "queries.yml"
    file.write_text(json.dumps({"groups": [{"name": "dashboard", "rules": rules}]}))
    assert f"{len(rules)} rules found" in promtool("check", "rules", file)


@needs_promtool
def test_promtool_accepts_the_rules_and_each_fires_on_a_bad_day_only() -> None:
    assert f"{len(alerts())} rules found" in promtool("check", "rules", ALERTS)
    promtool("test", "rules", ALERT_TESTS)


def test_every_cause_of_an_outage_has_its_entry_in_the_runbook() -> None:
    assert re.findall(r"^\| `([a-z_]+)` \|", (ROOT / "RUNBOOK.md").read_text(), re.MULTILINE) == [*Outage]


def test_the_causes_that_rules_name_are_ones_that_there_are() -> None:
    named = re.findall(r'cause[=!]~"([a-z_|]+)"', ALERTS.read_text())
    assert named
    assert {cause for names in named for cause in names.split("|")} <= {*Outage, *RERUN_CAUSES}


def test_every_alert_is_tried_and_in_the_runbook() -> None:
    tried = set(re.findall(r"alertname: (\w+)", ALERT_TESTS.read_text()))
    readme = (ROOT / "README.md").read_text()
    in_runbook = re.findall(r"^\| `(FleetPrompt\w+)` \|", readme, re.MULTILINE)
    assert set(alerts()) == tried
    assert in_runbook == alerts()
