"""What must not be left as it was on a desk once others can reach the server (spec 7)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from fleetprompt.commands.doctor.report import Finding, Theme
from fleetprompt.commands.doctor.roles import SEPARATE
from fleetprompt.settings import Settings
from fleetprompt.store.inspection import Role

NAME: Final = "Exposure"


def look(settings: Settings, role: Role | None) -> Theme:
    """Whether an instance with a public address is fit for it. role: the serving one, None where it is not known."""
    if settings.is_loopback:
        return Theme(NAME, f"{settings.public_url} is this machine only, unless serve got another --host")
    return Theme(NAME, str(settings.public_url), tuple(risks(settings, role)))


def risks(settings: Settings, role: Role | None) -> Iterator[Finding]:
    """What is wrong with serving these settings on a public address; `serve` warns of each."""
    if settings.is_open_to_others:
        yield Finding(
            "This server listens to other machines, and nothing says where they reach it.",
            "Set FLEETPROMPT_PUBLIC_URL to the address that clients use. Till then browsers' writes and signatures for "
            f"any other than {settings.public_url} are refused, and /metrics asks for FLEETPROMPT_METRICS_TOKEN.",
        )
    if settings.master_keys is None:
        yield Finding(
            "The keys of a public server were generated, and lie beside its data.",
            "Keep and back up the keys elsewhere and set them in FLEETPROMPT_MASTER_KEYS; "
            f"so that what was issued stays good, take those in {settings.key_ring_path}.",
        )
    if not settings.has_limits:
        yield Finding(
            "A public server runs without rate limits.", "Unset FLEETPROMPT_RATE_LIMITS, or set it to `default`."
        )
    if role is not None and role.owns:
        yield Finding(f"A public server works as {role.name}, which owns the tables.", SEPARATE)
