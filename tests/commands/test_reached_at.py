"""Where a server is reached, when nobody said so by PUBLIC_URL (spec 7)."""

from __future__ import annotations

from pathlib import Path

import pytest

from fleetprompt.commands.doctor import exposure
from fleetprompt.commands.http_server import listen
from fleetprompt.commands.instance import reached_at
from fleetprompt.settings import Settings, load


def reached(folder: Path, host: str, **given: str) -> Settings:
    settings = load({f"FLEETPROMPT_{name}": value for name, value in {"DATA_DIR": str(folder), **given}.items()})
    with listen(host, 0) as listener:
        return reached_at(settings, listener)


def test_an_address_of_this_machine_is_where_it_is_reached(tmp_path: Path) -> None:
    settings = reached(tmp_path, "127.0.0.2")
    assert settings.public_url.host == "127.0.0.2"
    assert settings.is_loopback


def test_a_server_that_others_reach_is_not_taken_for_this_machines_own(tmp_path: Path) -> None:
    settings = reached(tmp_path, "0.0.0.0")
    assert not settings.is_loopback
    told = [finding.problem for finding in exposure.risks(settings, None)]
    assert told[0] == "This server listens to other machines, and nothing says where they reach it."


def test_what_the_operator_says_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLEETPROMPT_PUBLIC_URL", "https://market.example")
    settings = reached(tmp_path, "0.0.0.0", PUBLIC_URL="https://market.example")
    assert str(settings.public_url) == "https://market.example"
    assert not settings.is_open_to_others
    assert not any("nothing says where" in finding.problem for finding in exposure.risks(settings, None))
