"""The triggers that bind every role, the owner too: what the database itself refuses (spec 2.4, 2.5, 2.7)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

TRIGGERS: Final[Mapping[str, str]] = {
    "audit_events_change": "audit_events",
    "audit_events_truncate": "audit_events",
    "install_intents_update": "install_intents",
    "install_tokens_update": "install_tokens",
    "key_versions_change": "key_versions",
    "key_versions_truncate": "key_versions",
    "listing_revisions_change": "listing_revisions",
    "listing_revisions_truncate": "listing_revisions",
    "listings_update": "listings",
    "publishers_update": "publishers",
    "releases_delete": "releases",
    "releases_truncate": "releases",
    "releases_update": "releases",
    "users_update": "users",
}
"""The table that each trigger guards, by the trigger's name; the migrations create them."""
