"""Creating an API key."""

from __future__ import annotations

from fleetprompt import secrets
from fleetprompt.accounts import events, rules, shapes
from fleetprompt.accounts.model import CreateApiKey, NewApiKey
from fleetprompt.accounts.statements import api_keys, users
from fleetprompt.accounts.statements.api_keys import ApiKeyRow
from fleetprompt.authz import Access, Actor, own_as_user
from fleetprompt.clock import DAY_MS
from fleetprompt.enums import EventType
from fleetprompt.errors import invalid, unauthenticated
from fleetprompt.rate_limits import RateClass
from fleetprompt.runtime.idempotency import SecretRecipe
from fleetprompt.runtime.operations import Ledger, Outcome, mutation
from fleetprompt.runtime.run import MutationTx


@mutation(
    "api_keys.create",
    who=Access.SIGNED_IN,
    rate=(RateClass.WRITE,),
    ledger=Ledger.REQUIRED,
    emits=(EventType.API_KEY_CREATED,),
)
async def create_api_key(tx: MutationTx, actor: Actor, command: CreateApiKey) -> Outcome[NewApiKey]:
    """Give the caller's programs a key, whose secret this reply alone shows (spec 3 Derive, 6.4 Programs).

    Raises UNAUTHENTICATED where her session ended meanwhile; VALIDATION_FAILED on `scopes[i]` where that is `admin`
    and she is none.
    """
    row = await tx.one(users.standing(own_as_user(actor), actor.session_id))
    # She was let in by an earlier snapshot; what ends her sessions and revokes her keys may have come between.
    if row is None or row.suspended_at_ms is not None or not row.session_lives:
        raise unauthenticated("session_ended")
    if problems := rules.scopes_problems(command.scopes, row.capabilities):
        raise invalid(*problems)
    recipe = SecretRecipe(purpose="api_key", id=tx.new_id(), key_version=tx.ring.current, salt=secrets.new_salt())
    secret = recipe.derive(tx.ring)
    key = ApiKeyRow(
        id=recipe.id,
        name=command.name,
        scopes=list(command.scopes),
        created_at_ms=tx.now_ms,
        expires_at_ms=tx.now_ms + command.expires_in_days * DAY_MS,
        revoked_at_ms=None,
    )
    return Outcome(
        NewApiKey(shapes.api_key(key), secret),
        writes=[
            users.mark_changed(actor.user, tx.now_ms),
            api_keys.insert_api_key(
                actor.user, key, secret_hash=secrets.token_hash(secret), key_version=recipe.key_version
            ),
        ],
        events=[events.api_key_created(actor.user, key.id)],
        recipe=recipe,
    )
