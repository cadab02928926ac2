"""`fleetprompt admin`: what only an operator may do to accounts (spec 7)."""

from __future__ import annotations

import click
import msgspec

from fleetprompt.accounts.create_admin import create_admin
from fleetprompt.accounts.model import MakeAdmin, UserReply
from fleetprompt.accounts.promote_admin import promote_admin
from fleetprompt.commands.arguments import ask_password, sound
from fleetprompt.commands.instance import Failure, explained, open_instance, read_settings
from fleetprompt.commands.operations import run_as_system
from fleetprompt.commands.start_up import bring_up_to_date
from fleetprompt.errors import Code, Reason, Refusal


@click.group()
def admin() -> None:
    """Accounts of administrators."""


@admin.command()
@click.option("--email", required=True, help="The e-mail with which she signs in.")
@click.option("--promote", is_flag=True, help="Make an existing account an admin's.")
@click.option("--json", "as_json", is_flag=True, help="Print the account as JSON.")
def create(email: str, promote: bool, as_json: bool) -> None:
    """Create an admin's account. The password is asked for, or read as one line from standard input.

    An e-mail that has an account is refused. With --promote that account gets this password and the capability
    admin, its sessions end and its API keys are revoked.
    """
    settings = read_settings()
    command = MakeAdmin(
        email=sound(MakeAdmin, "email", email, "--email"),
        password=sound(MakeAdmin, "password", ask_password(), "The password"),
    )
    with open_instance(settings) as instance:
        bring_up_to_date(instance)
        try:
            user = run_as_system(instance, promote_admin if promote else create_admin, command, UserReply).user
        except Refusal as refusal:
            raise Failure(_explained(refusal, email)) from refusal
    if as_json:
        click.echo(msgspec.json.encode({"user": user}).decode())
        return
    click.echo(f"{user.email} ({user.user_id}) {'is now' if promote else 'was created as'} an admin.")


def _explained(refusal: Refusal, email: str) -> str:
    if refusal.reason is Reason.EMAIL_TAKEN:
        return f"{email} has an account. To make it an admin's, with this password, add --promote."
    if refusal.code is Code.NOT_FOUND:
        return f"{email} has no account. To create one, leave out --promote."
    return explained(refusal)
