"""`fleetprompt demo`: one listing from draft to a redeemed token, through a real server, told step by step.

The demo keeps to a folder of its own below DATA_DIR, so that it never touches real data.
"""

from __future__ import annotations

import os
import secrets
import signal
import time
from pathlib import Path

import click
import httpx
from rich.console import Console

from fleetprompt.commands.demo.sample_partner import SYSTEM, SamplePartner
from fleetprompt.commands.demo.server import create_admin, running_server
from fleetprompt.commands.demo.stage import Stage
from fleetprompt.commands.demo.story import Story
from fleetprompt.commands.instance import Failure, read_settings
from fleetprompt.settings import PREFIX
from fleetprompt.store.embedded import EmbeddedError
from fleetprompt.store.embedded_folder import DEMO, take_data_dir


@click.command()
@click.option("--exit", "leave", is_flag=True, help="Stop when the story is told, instead of leaving the server up.")
@click.option("--port", default=0, type=click.IntRange(0, 65535), help="Port of the server; 0 takes a free one.")
def demo(leave: bool, port: int) -> None:
    """Carry a listing from draft to a redeemed install token, printing each request and its answer."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that it stops its server then, too
    started = time.perf_counter()
    console = Console(highlight=False, soft_wrap=True)
    data_dir = read_settings().data_dir
    password = secrets.token_urlsafe(12)
    with SamplePartner() as partner, running_server(environment := _environment(data_dir, partner), port) as url:
        httpx.get(f"{url}/healthz").raise_for_status()
        console.print(f"[bold]{url}[/bold] gave its first answer after {time.perf_counter() - started:.1f} s.")
        admin_email = f"admin-{secrets.token_hex(3)}@example.org"
        create_admin(environment, admin_email, password)
        story = Story(Stage(console, url, password), admin_email, partner)
        story.tell()
        if leave:
            console.print("\nDone; stopping the server.")
            return
        console.print(f"\nThe server stays up at [bold]{url}[/bold] until Ctrl-C. Everybody's password is {password}")
        for role, person in story.people().items():
            console.print(f"  [dim]{role:<9}[/dim] {person.email}")
        console.print(
            f"To install as a person does, begin at the sample partner, [bold]{partner.url}[/bold], as the buyer."
        )
        _wait_for_ctrl_c()
        console.print("\nStopping the server.")


def _environment(data_dir: Path, partner: SamplePartner) -> dict[str, str]:
    """What the demo's server gets to see: none of the operator's settings, above all not her database."""
    try:
        take_data_dir(data_dir)
    except EmbeddedError as error:
        raise Failure(str(error)) from error
    ours = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    install_urls = f"{SYSTEM}={partner.landing_url}"
    return {**ours, f"{PREFIX}DATA_DIR": str(data_dir / DEMO), f"{PREFIX}INSTALL_URLS": install_urls}


def _wait_for_ctrl_c() -> None:
    try:
        signal.pause()
    except KeyboardInterrupt:
        return
