"""Which rows of installs may leave."""

from __future__ import annotations

from typing import Final

from sqlalchemy import exists, or_

from fleetprompt.enums import InstallIntentStatus, InstallTokenStatus
from fleetprompt.runtime.retention import Retention
from fleetprompt.store.tables import install_intents, install_tokens

TOKENS: Final = Retention(
    install_tokens, install_tokens.c.ended_at_ms, install_tokens.c.status != InstallTokenStatus.ISSUED.value
)
INTENTS: Final = Retention(
    install_intents,
    install_intents.c.updated_at_ms,
    or_(
        install_intents.c.status == InstallIntentStatus.REDEEMED.value,
        install_intents.c.status == InstallIntentStatus.EXPIRED.value,
        install_intents.c.status == InstallIntentStatus.CANCELED.value,
    ),
    ~exists().where(
        install_tokens.c.buyer_user_id == install_intents.c.buyer_user_id,
        install_tokens.c.intent_id == install_intents.c.id,
    ),
)
