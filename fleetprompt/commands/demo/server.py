"""The server that the demo talks to: a process of this very installation, as an operator would start it."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from fleetprompt.commands.instance import Failure

START_S_MAX: Final = 120
STOP_S_MAX: Final = 30
SHOWN_OF_LOG: Final = 2_000


@contextmanager
def running_server(environment: Mapping[str, str], port: int) -> Iterator[str]:
    """A server process for as long as the block runs; its base URL. Its log lies beside its data. Raises Failure."""
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
    said = log_path.read_text(errors="replace")[-SHOWN_OF_LOG:]
    raise Failure(f"The server did not start. It said:\n{said}")


def create_admin(environment: Mapping[str, str], email: str, password: str) -> None:
    """Create the demo's admin through the command that an operator would use. Raises Failure."""
    command = [sys.executable, "-m", "fleetprompt", "admin", "create", "--email", email]
    done = subprocess.run(command, env=environment, input=password + "\n", text=True, capture_output=True, check=False)
    if done.returncode != 0:
        raise Failure(f"The demo's admin could not be created: {done.stderr or done.stdout}")
