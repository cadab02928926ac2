"""What doctor found, theme by theme, and how a person and a program read it."""

from __future__ import annotations

from typing import Any

import msgspec
from rich.console import Console
from rich.markup import escape
from rich.padding import Padding

from fleetprompt import __version__


class Finding(msgspec.Struct, frozen=True):
    """One thing that is wrong, and what mends it."""

    problem: str
    fix: str


class Theme(msgspec.Struct, frozen=True):
    """What was looked at under one heading. note: what was seen, or why nothing could be. looked: whether it could."""

    name: str
    note: str
    findings: tuple[Finding, ...] = ()
    looked: bool = True

    @property
    def state(self) -> str:
        """`sound`, `findings`, or `unknown` where it could not be looked at."""
        if not self.looked:
            return "unknown"
        return "findings" if self.findings else "sound"


def unknown(name: str, why: str) -> Theme:
    """A theme that could not be looked at."""
    return Theme(name, why, looked=False)


class Report(msgspec.Struct, frozen=True):
    """Every theme, in the order in which they are told."""

    themes: tuple[Theme, ...]

    @property
    def findings(self) -> int:
        """How many things are wrong."""
        return sum(len(theme.findings) for theme in self.themes)

    @property
    def is_well(self) -> bool:
        """Whether everything was looked at and nothing is wrong."""
        return all(theme.state == "sound" for theme in self.themes)

    def as_json(self) -> bytes:
        """The report for programs."""
        document: dict[str, Any] = {
            "ok": self.is_well,
            "version": __version__,
            "themes": [
                {"name": each.name, "state": each.state, "note": each.note, "findings": each.findings}
                for each in self.themes
            ],
        }
        return msgspec.json.format(msgspec.json.encode(document), indent=2)

    def show(self, console: Console) -> None:
        """The report for people: one line for what is sound, the problem and its remedy for what is not."""
        width = max(len(theme.name) for theme in self.themes) + 2
        for theme in self.themes:
            _show_theme(console, theme, width)
        console.print()
        console.print(self._verdict())

    def _verdict(self) -> str:
        if self.is_well:
            return "[green]All is well.[/green]"
        if not self.findings:
            return "[yellow]Not everything could be looked at.[/yellow]"
        return f"[red]{'1 finding' if self.findings == 1 else f'{self.findings} findings'}.[/red]"


_MARKS = {"sound": "[green]✓[/green]", "findings": "[red]✗[/red]", "unknown": "[yellow]–[/yellow]"}


def _show_theme(console: Console, theme: Theme, width: int) -> None:
    console.print(f"{_MARKS[theme.state]} [bold]{theme.name:<{width}}[/bold][dim]{escape(theme.note)}[/dim]")
    for finding in theme.findings:
        for line in (escape(finding.problem), f"[cyan]→ {escape(finding.fix)}[/cyan]"):
            console.print(Padding(line, (0, 0, 0, width + 2), expand=False))
