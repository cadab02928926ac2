"""`fleetprompt user`: help for people who cannot get into their accounts (spec 7)."""

from __future__ import annotations

import click
import msgspec

from fleetprompt.accounts.model import PasswordReset, ResetPassword
from fleetprompt.accounts.reset_password import reset_password as reset
from fleetprompt.commands.arguments import ask_password, sound
from fleetprompt.commands.instance import Failure, explained, open_instance, read_settings
from fleetprompt.commands.operations import run_as_system
from fleetprompt.commands.start_up import bring_up_to_date
from fleetprompt.errors import Code, Refusal


@click.group()
def user() -> None:
    """Accounts of users."""


@user.command("reset-password")
@click.option("--email", required=True, help="The e-mail with which she signs in.")
@click.option("--revoke-keys", is_flag=True, help="Revoke her API keys too, where somebody else may have had them.")
@click.option("--json", "as_json", is_flag=True, help="Print what was done as JSON.")
def reset_password(email: str, revoke_keys: bool, as_json: bool) -> None:
    """Set a user's password and end her sessions. The password is asked for, or read from standard input.

    An account that does not exist, or whose user is suspended, is refused. The exit code is 0 when the password was
    set, and 1 otherwise.
    """
    settings = read_settings()
    command = ResetPassword(
        email=sound(ResetPassword, "email", email, "--email"),
        password=sound(ResetPassword, "password", ask_password(), "The password"),
        revoke_keys=revoke_keys,
    )
    with open_instance(settings) as instance:
        bring_up_to_date(instance)
        try:
            done = run_as_system(instance, reset, command, PasswordReset)
        except Refusal as refusal:
            is_unknown = refusal.code is Code.NOT_FOUND
            raise Failure(f"{email} has no account." if is_unknown else explained(refusal)) from refusal
    if as_json:
        click.echo(msgspec.json.encode(done).decode())
        return
    keys = f" {_counted(done.api_keys_revoked, 'API key')} revoked." if revoke_keys else " Her API keys still work."
    click.echo(f"{done.user.email} ({done.user.user_id}) has the new password.")
    click.echo(f"{_counted(done.sessions_ended, 'session')} ended.{keys}")


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
