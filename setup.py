"""Puts the migrations, which stand beside the package, into it when it is built; the rest is in pyproject.toml."""

from __future__ import annotations

from setuptools import find_packages, setup

setup(
    packages=[*find_packages(include=["fleetprompt*"]), "fleetprompt.migrations", "fleetprompt.migrations.versions"],
    package_dir={"fleetprompt.migrations": "migrations"},
)
