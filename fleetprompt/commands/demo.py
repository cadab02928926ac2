"""`fleetprompt demo`: one listing from draft to a redeemed token, through a real server, told step by step.

The demo keeps to a folder of its own below DATA_DIR, so that it never touches real data.
"""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import click
import httpx
from rich.console import Console

from fleetprompt.commands.demo_story import Story
from fleetprompt.commands.instance import Failure, read_settings

START_S_MAX: Final = 120
STOP_S_MAX: Final = 30

console: Final = Console(highlight=False, soft_wrap=True)


@click.command()
@click.option("--exit", "leave", is_flag=True, help="Stop when the story is told, instead of leaving the server up.")
@click.option("--port", default=0, type=click.IntRange(0, 65535), help="Port of the server; 0 takes a free one.")
def demo(leave: bool, port: int) -> None:
    """Carry a listing from draft to a redeemed install token, printing each request and its answer."""
    started = time.perf_counter()
    environment = {**os.environ, "FLEETPROMPT_DATA_DIR": str(read_settings().data_dir / "demo")}
    password = secrets.token_urlsafe(12)
    with running_server(environment, port) as url:
        email = f"admin-{secrets.token_hex(4)}@example.org"
        create_admin(environment, email, password)
        with httpx.Client(base_url=url, timeout=30) as client:
            client.get("/healthz").raise_for_status()
        console.print(f"[bold]First answer after {time.perf_counter() - started:.1f} s[/bold] from {url}\n")
        story = Story(console, url, email, password)
        story.tell()
        if leave:
            console.print("\nDone; stopping the server.")
            return
        console.print(f"\nThe server stays up at [bold]{url}[/bold] until Ctrl-C.")
        for who, address in story.accounts().items():
            console.print(f"  sign in as {who}: {address}  password {password}")
        wait_for_ctrl_c()


@contextmanager
def running_server(environment: dict[str, str], port: int) -> Iterator[str]:
    """A server process of this very installation; its base URL. Stopped when the block ends. Raises Failure."""
    command = [sys.executable, "-m", "fleetprompt", "serve", "--port", str(port)]
    log_path = Path(environment["FLEETPROMPT_DATA_DIR"]).with_suffix(".log")
    log_path.parent.mkdir(parents=True, exist_ok=True)
    with log_path.open("wb") as log:
        process = subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=log, text=True, start_new_session=True
        )
        try:
            yield _announced_url(process, log_path)
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(STOP_S_MAX)
            except subprocess.TimeoutExpired:
                process.kill()


def _announced_url(process: subprocess.Popen[str], log_path: Path) -> str:
    if process.stdout is None:
        raise Failure("The server's output cannot be read.")
    deadline = time.monotonic() + START_S_MAX
    while time.monotonic() < deadline:
        line = process.stdout.readline()
        if "http://" in line:
            return "http://" + line.split("http://", 1)[1].split()[0]
        if not line and process.poll() is not None:
            break
    said = log_path.read_text(errors="replace")[-2000:]
    raise Failure(f"The server did not start. It said:\n{said}")


def create_admin(environment: dict[str, str], email: str, password: str) -> None:
    """Create the demo's admin through the command that an operator would use. Raises Failure."""
    command = [sys.executable, "-m", "fleetprompt", "admin", "create", "--email", email]
    done = subprocess.run(command, env=environment, input=password + "\n", text=True, capture_output=True, check=False)
    if done.returncode != 0:
        raise Failure(f"The demo's admin could not be created: {done.stderr or done.stdout}")


def wait_for_ctrl_c() -> None:
    """Sleep until somebody has seen enough."""
    try:
        signal.pause()
    except KeyboardInterrupt:
        console.print("\nStopping the server.")
