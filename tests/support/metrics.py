"""Reading metrics as Prometheus does: from their text."""

from __future__ import annotations

from prometheus_client.parser import text_string_to_metric_families

from fleetprompt.telemetry import Metrics

Series = dict[tuple[str, frozenset[tuple[str, str]]], float]


def series(text: str, *, holding: str = "") -> Series:
    """Each sample by its name and labels, of those lines alone that hold a text: most of the time goes into parsing."""
    lines = "".join(line for line in text.splitlines(keepends=True) if holding in line)
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(lines)
        for sample in family.samples
    }


def value_in(text: str, name: str, **labels: str) -> float | None:
    """The value of one series in what `/metrics` answered, or None."""
    return series(text, holding=name).get((name, frozenset(labels.items())))


def value_of(metrics: Metrics, name: str, **labels: str) -> float | None:
    """The value of one series in a process's own metrics, or None."""
    return value_in(metrics.render().decode(), name, **labels)
