"""`fleetprompt keys retire`, and what it takes with it in an emergency."""

from __future__ import annotations

import time
from typing import Final
from uuid import UUID

import click
import msgspec

from fleetprompt.accounts.end_sessions import EndSessions, end_sessions
from fleetprompt.accounts.renew_buyer_refs import RenewBuyerRefs, renew_buyer_refs
from fleetprompt.accounts.revoke_keys import RevokedKeys, RevokeKeys, revoke_keys
from fleetprompt.commands.batches import until_none_is_left
from fleetprompt.commands.instance import Failure, Instance, explained, open_instance, read_settings
from fleetprompt.commands.keys.ring_place import changed, put_in_place, state_of
from fleetprompt.commands.operations import mutate, run_as_system, work_on
from fleetprompt.commands.start_up import bring_up_to_date
from fleetprompt.errors import Refusal
from fleetprompt.installs.revoke_tokens import RevokeTokens, revoke_tokens
from fleetprompt.runtime.change_key_ring import SETTLED_MS, Changed, RetireKey, retire_key
from fleetprompt.runtime.forget_replies import ForgetReplies, forget_replies
from fleetprompt.runtime.services import Services

LOOK_EVERY_S: Final = 0.5


class Revoked(msgspec.Struct, frozen=True, rename="camel"):
    """What ended with a key, and whom to give new keys."""

    install_tokens: int
    sessions: int
    replies: int
    buyer_refs: int
    keys: RevokedKeys


@click.command()
@click.argument("version")
@click.option("--revoke-dependents", is_flag=True, help="In an emergency: end everything that depends on it first.")
@click.option("--json", "as_json", is_flag=True, help="Print what was revoked as JSON, with --revoke-dependents.")
def retire(version: str, revoke_dependents: bool, as_json: bool) -> None:
    """Take the key VERSION out of the ring. Refused while it signs, or while something live names it.

    Tokens end within the hour, stored replies within a day, sessions within two weeks. Partner keys end when they are
    replaced and revoked. The buyer references of users who registered under a key never end, so that partners know
    them again.

    With --revoke-dependents, for a key that somebody else may have: issued tokens are revoked, sessions ended, partner
    keys and fresh API keys revoked, stored replies forgotten, and buyers get other references. It says whom to give
    new keys. The exit code is 0 when the key is gone or the new value was printed, and 1 otherwise; running it again
    goes on where it was.
    """
    with open_instance(read_settings()) as instance:
        bring_up_to_date(instance)
        ring = changed(instance, lambda ring: ring.retired(version))
        _wait_until_settled(instance)
        try:
            revoked = _revoke_dependents(instance, version) if revoke_dependents else None
            run_as_system(instance, retire_key, RetireKey(version=version), Changed)
        except Refusal as refusal:
            raise Failure(explained(refusal)) from refusal
        put_in_place(instance, ring, knows=lambda process: version not in process.key_versions)
    if revoked is not None:
        click.echo(msgspec.json.encode(revoked).decode() if as_json else _shown(revoked))
    click.echo(f"{version} was retired.", err=True)


def _wait_until_settled(instance: Instance) -> None:
    """Let what began under another ring end; a promotion a moment ago must not make this fail."""
    give_up_at = time.monotonic() + 2 * SETTLED_MS / 1000
    while time.monotonic() < give_up_at:
        if all(process.ring_age_ms >= SETTLED_MS for process in state_of(instance).living):
            return
        time.sleep(LOOK_EVERY_S)


def _revoke_dependents(instance: Instance, version: str) -> Revoked:
    began = run_as_system(instance, retire_key, RetireKey(version=version, stage="retiring"), Changed)
    return work_on(instance, lambda services: _revoke(services, version, began.event_id))


async def _revoke(services: Services, version: str, cause: UUID) -> Revoked:
    keys = await mutate(services, revoke_keys, RevokeKeys(key_version=version, cause=cause), RevokedKeys)
    tokens = RevokeTokens(key_version=version, cause=cause)
    return Revoked(
        install_tokens=await until_none_is_left(services, revoke_tokens, tokens),
        sessions=await until_none_is_left(services, end_sessions, EndSessions(key_version=version, cause=cause)),
        replies=await until_none_is_left(services, forget_replies, ForgetReplies(key_version=version, cause=cause)),
        buyer_refs=await until_none_is_left(
            services, renew_buyer_refs, RenewBuyerRefs(key_version=version, cause=cause)
        ),
        keys=keys,
    )


def _shown(revoked: Revoked) -> str:
    lines = [
        f"{revoked.install_tokens} install tokens revoked: buyers mint again.",
        f"{revoked.sessions} sessions ended: people sign in again.",
        f"{revoked.replies} stored replies forgotten: their retries are CONFLICT.",
        f"{revoked.buyer_refs} buyers have other references.",
    ]
    partners = revoked.keys.partner_keys
    lines.append(f"{len(partners)} partner keys revoked" + (". Give new ones to:" if partners else "."))
    lines += [f"  {key.target_system}  {key.partner_key_id}  {key.label or ''}".rstrip() for key in partners]
    programs = revoked.keys.api_keys
    lines.append(f"{len(programs)} API keys revoked" + (". Their users make new ones:" if programs else "."))
    lines += [f"  {key.user_id}  {key.api_key_id}  {key.name}" for key in programs]
    return "\n".join(lines)
