"""The key ring: every version that live rows name, with the key that it had when they were written (spec 3)."""

from __future__ import annotations

from typing import Final

from fleetprompt.commands.doctor.report import Finding, Theme
from fleetprompt.commands.start_up import MEND_KEYS
from fleetprompt.runtime.key_versions import KeysInUse, problems_of
from fleetprompt.secrets import KeyRing
from fleetprompt.settings import Settings

NAME: Final = "Keys"


def look(settings: Settings, ring: KeyRing, found: KeysInUse) -> Theme:
    """What the ring holds, compared with what the database needs and was used with."""
    fix = MEND_KEYS.format(path=settings.key_ring_path)
    findings = tuple(Finding(str(problem), fix) for problem in problems_of(ring, found))
    shown = ", ".join(f"{version} ({mark})" for version, mark in ring.fingerprints.items())
    return Theme(NAME, f"{ring.current} signs; {shown}", findings)
