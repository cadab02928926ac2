"""What the system changes when it revokes partner and API keys, because of a master key or of a restore (spec 3, 7)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec

from fleetprompt.accounts import events
from fleetprompt.accounts.statements import api_keys, partner_keys
from fleetprompt.accounts.statements.api_keys import ApiKeyOfUser
from fleetprompt.accounts.statements.partner_keys import PartnerKeyRow
from fleetprompt.runtime.audit import Event
from fleetprompt.store.statements import Bound


class KeyRevocation(msgspec.Struct, frozen=True):
    """The writes and the events that revoke some keys; none where there are no keys."""

    writes: list[Bound[Any]]
    events: list[Event]


def key_revocation(
    of_partners: Sequence[PartnerKeyRow], of_users: Sequence[ApiKeyOfUser], cause: UUID, now_ms: int
) -> KeyRevocation:
    """The revocation of these keys, which are all alive. cause: the event that began it."""
    writes = [partner_keys.revoke_partner_key(row.id, now_ms) for row in of_partners]
    if of_users:
        writes.append(api_keys.revoke_api_keys([row.id for row in of_users], now_ms))
    return KeyRevocation(
        writes,
        [
            *(events.partner_key_revoked(row.id, row.target_system, cause) for row in of_partners),
            *(events.api_key_revoked(row.user_id, row.id, cause) for row in of_users),
        ],
    )
