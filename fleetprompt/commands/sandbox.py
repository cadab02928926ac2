"""`fleetprompt sandbox`: what a partner system needs to try its integration, on an instance of its own (spec 7)."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

import click
import msgspec

from fleetprompt import ids
from fleetprompt.accounts.create_partner_key import create_partner_key
from fleetprompt.accounts.model import (
    AdminUser,
    CreatePartnerKey,
    NewPartnerKey,
    ProfileReply,
    Register,
    UserReply,
    Users,
    WriteProfile,
)
from fleetprompt.accounts.reads import list_users
from fleetprompt.accounts.register import register
from fleetprompt.accounts.write_profile import write_profile
from fleetprompt.authz import SYSTEM, Actor, Credential
from fleetprompt.commands.instance import Failure, explained, open_instance, read_settings
from fleetprompt.commands.operations import mutate, work_on
from fleetprompt.commands.start_up import bring_up_to_date
from fleetprompt.enums import AssetKind, InstallTargetSystem, ListingStatus
from fleetprompt.errors import Refusal
from fleetprompt.installs.mint_token import mint_token
from fleetprompt.installs.model import InstallIntentReply, InstallTokenReply, MintToken, OpenIntent
from fleetprompt.installs.open_intent import open_intent
from fleetprompt.listings.create import create
from fleetprompt.listings.model import CreateListing, ListingReply, OwnListings, SetStatus
from fleetprompt.listings.reads import list_own
from fleetprompt.listings.set_status import set_status
from fleetprompt.releases.model import PublishRelease, Refs, ReleaseReply
from fleetprompt.releases.publish import publish
from fleetprompt.runtime.run import ask
from fleetprompt.runtime.services import Services

PUBLISHER: Final = "publisher@sandbox.invalid"
BUYER: Final = "buyer@sandbox.invalid"
KINDS: Final = {
    InstallTargetSystem.WHS: (AssetKind.WHS_AGENT, Refs(whs_agent_id="sandbox-agent")),
    InstallTargetSystem.AGENTROMATIC: (
        AssetKind.AGENTROMATIC_WORKFLOW,
        Refs(agentromatic_workflow_id="sandbox-workflow"),
    ),
    InstallTargetSystem.AGENTELIC: (AssetKind.SPEC_ASSET, Refs(spec_asset_id="sandbox-spec")),
}
"""What each system is given to take, and the reference that its release carries."""


class Handover(msgspec.Struct, frozen=True, rename="camel"):
    """What a partner needs to redeem once. secret: as base64, as `POST /v1/admin/partner-keys` shows it."""

    target_system: InstallTargetSystem
    partner_key_id: str
    secret: str
    install_token: str
    expires_at_ms: int


class _Offer(msgspec.Struct, frozen=True):
    """A release that is on sale."""

    listing_id: UUID
    release_id: UUID


@click.group()
def sandbox() -> None:
    """Trying an integration."""


@sandbox.command()
@click.option(
    "--target", required=True, type=click.Choice([system.value for system in InstallTargetSystem]), help="Who redeems."
)
@click.option("--json", "as_json", is_flag=True, help="Print key and token as JSON.")
def token(target: str, as_json: bool) -> None:
    """Print a new partner key and an install token that it can redeem, on the embedded database only.

    A sandbox publisher and buyer are made the first time, with a published listing for each system. Both secrets are
    shown this once. The exit code is 0 when they were printed, and 1 otherwise.
    """
    settings = read_settings()
    if settings.database_url is not None:
        raise Failure(
            "The sandbox is for the embedded database; FLEETPROMPT_DATABASE_URL names another one. "
            "There an admin creates partner keys, and a buyer mints tokens."
        )
    system = InstallTargetSystem(target)
    with open_instance(settings) as instance:
        bring_up_to_date(instance)
        try:
            made = work_on(instance, lambda services: _hand_over(services, system))
        except Refusal as refusal:
            raise Failure(f"The sandbox could not be set up: {explained(refusal)}") from refusal
    click.echo(msgspec.json.encode(made).decode() if as_json else _shown(made, str(settings.public_url)))


def _shown(made: Handover, url: str) -> str:
    until = datetime.fromtimestamp(made.expires_at_ms / 1000, UTC)
    return "\n".join(
        (
            f"export PARTNER_BASE_URL={url}  # where `fleetprompt serve` says that it is",
            f"export TARGET_SYSTEM={made.target_system}",
            f"export PARTNER_KEY_ID={made.partner_key_id}",
            f"export PARTNER_SECRET={made.secret}",
            f"export INSTALL_TOKEN={made.install_token}  # until {until:%H:%M:%S} UTC, once",
            "# then, for instance: bash contracts/examples/redeem.sh",
        )
    )


async def _hand_over(services: Services, system: InstallTargetSystem) -> Handover:
    publisher, buyer = await _publisher(services), _actor(await _user(services, BUYER, "Sandbox buyer"))
    offer = await _offer(services, publisher, system)
    wish = OpenIntent(listing_id=offer.listing_id, release_id=offer.release_id, target_system=system)
    opened = await mutate(services, open_intent, wish, InstallIntentReply, buyer)
    minting = MintToken(install_intent_id=_id("int", opened.install_intent.install_intent_id))
    minted = await mutate(services, mint_token, minting, InstallTokenReply, buyer)
    asked = CreatePartnerKey(target_system=system, label="sandbox")
    key = await mutate(services, create_partner_key, asked, NewPartnerKey)
    return Handover(system, key.partner_key.partner_key_id, key.secret, minted.install_token, minted.expires_at_ms)


async def _publisher(services: Services) -> Actor:
    user = await _user(services, PUBLISHER, "Sandbox")
    if user.publisher_id is msgspec.UNSET:
        profile = WriteProfile(display_name="Sandbox")
        await mutate(services, write_profile, profile, ProfileReply, _actor(user))
        user = await _user(services, PUBLISHER, "Sandbox")
    return _actor(user)


async def _user(services: Services, email: str, display_name: str) -> AdminUser:
    page = await ask(list_users, services, SYSTEM, Users(email=email))
    if not page.items:
        nobody_knows_it = secrets.token_urlsafe(32)
        newcomer = Register(email=email, password=nobody_knows_it, display_name=display_name)
        await mutate(services, register, newcomer, UserReply)
        page = await ask(list_users, services, SYSTEM, Users(email=email))
    found: AdminUser = page.items[0]
    return found


async def _offer(services: Services, publisher: Actor, system: InstallTargetSystem) -> _Offer:
    """The sandbox's published listing for this system, made where there is none yet."""
    kind, refs = KINDS[system]
    page = await ask(list_own, services, publisher, OwnListings(status=ListingStatus.PUBLISHED))
    for item in page.items:
        if item.asset_kind is kind and item.latest_release is not msgspec.UNSET:
            return _Offer(_id("lst", item.listing_id), _id("rel", item.latest_release.release_id))
    draft = CreateListing(asset_kind=kind, name=f"Sandbox for {system}", summary="Made by `fleetprompt sandbox`.")
    made = await mutate(services, create, draft, ListingReply, publisher)
    listing_id = _id("lst", made.listing.listing_id)
    release = PublishRelease(listing_id=listing_id, version="1.0.0", refs=refs)
    published = await mutate(services, publish, release, ReleaseReply, publisher)
    on_sale = SetStatus(listing_id=listing_id, status=ListingStatus.PUBLISHED)
    await mutate(services, set_status, on_sale, ListingReply, publisher)
    return _Offer(listing_id, _id("rel", published.release.release_id))


def _id(prefix: str, text: str) -> UUID:
    value = ids.decode(prefix, text)
    if value is None:
        raise Failure(f"{text} is not the id that was expected here.")
    return value


def _actor(user: AdminUser) -> Actor:
    publisher_id = None if user.publisher_id is msgspec.UNSET else _id("pub", user.publisher_id)
    return Actor(
        credential=Credential.PROCESS,
        user_id=_id("usr", user.user_id),
        publisher_id=publisher_id,
        capabilities=frozenset(user.capabilities),
    )
