"""What ending an install intent changes, whoever asks for it: its buyer or an admin (spec 4 Transitions)."""

from __future__ import annotations

from typing import Any

import msgspec

from fleetprompt.enums import InstallIntentStatus, InstallTokenStatus
from fleetprompt.installs import events, rules
from fleetprompt.installs.rules import IntentWithToken
from fleetprompt.installs.statements import intents, tokens
from fleetprompt.runtime.audit import Event
from fleetprompt.store.statements import Bound


class Revoked(msgspec.Struct, frozen=True):
    """The writes and the events that end an intent's live token; none where it has none."""

    writes: list[Bound[Any]]
    events: list[Event]


class Cancellation(msgspec.Struct, frozen=True):
    """The intent as it is afterwards, with the writes and the events that make it so."""

    canceled: IntentWithToken
    writes: list[Bound[Any]]
    events: list[Event]


def revoke_live_token(intent: IntentWithToken, cause: Event, now_ms: int) -> Revoked:
    """The end of the token that `intent` still has, because of `cause`."""
    token_id = rules.live_token(intent, now_ms)
    if token_id is None:
        return Revoked([], [])
    return Revoked(
        [tokens.end_token(intent.buyer_user_id, token_id, InstallTokenStatus.REVOKED, now_ms)],
        [events.token_revoked(intent, token_id, cause.event_id)],
    )


def cancellation(intent: IntentWithToken, cause: Event, now_ms: int) -> Cancellation:
    """The cancellation of `intent`, which is alive, with its token. cause: the event that tells of it."""
    canceled = msgspec.structs.replace(intent, status=InstallIntentStatus.CANCELED, updated_at_ms=now_ms)
    token = revoke_live_token(intent, cause, now_ms)
    return Cancellation(canceled, [intents.move_intent(intent, canceled), *token.writes], [cause, *token.events])
