"""The key ring: every version that live rows name, with the key that it had when they were written (spec 3)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from fleetprompt.commands.doctor.report import Finding, Theme
from fleetprompt.commands.start_up import MEND_KEYS
from fleetprompt.runtime.key_versions import KeysInUse, problems_of
from fleetprompt.runtime.processes import LiveProcess
from fleetprompt.secrets import KeyRing
from fleetprompt.settings import Settings

NAME: Final = "Keys"
SAME_RING: Final = (
    "Give every server the same keys in the same order: set FLEETPROMPT_MASTER_KEYS there, and restart it."
)


def look(settings: Settings, ring: KeyRing, found: KeysInUse, living: Sequence[LiveProcess]) -> Theme:
    """What the ring holds, compared with what the database needs and was used with, and with what servers know."""
    fix = MEND_KEYS.format(path=settings.key_ring_path)
    findings = [Finding(str(problem), fix) for problem in problems_of(ring, found)]
    findings += [
        Finding(f"{process} signs with {process.signs}, and this ring with {ring.current}.", SAME_RING)
        for process in living
        if process.signs != ring.current
    ]
    shown = ", ".join(f"{version} ({mark})" for version, mark in ring.fingerprints.items())
    return Theme(NAME, f"{ring.current} signs; {shown}", tuple(findings))
