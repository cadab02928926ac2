"""A real nginx with the configuration that operators copy, its ports aside."""

from __future__ import annotations

import os
import re
import shutil
import socket
import ssl
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

import httpx
import pytest

CONFIGURATION: Final = Path(__file__).parents[2] / "deploy" / "nginx" / "fleetprompt.conf"
PUBLIC: Final = "fleetprompt.example"
INTERNAL: Final = "internal.fleetprompt.example"
LISTENED_ON: Final = (80, 443, 8443)
UPSTREAM: Final = "127.0.0.1:8000"
READY_WITHIN_S: Final = 10
AROUND: Final = """
daemon off;
pid {folder}/nginx.pid;
error_log stderr warn;
events {{ }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include fleetprompt.conf;
}}
"""


class ByName(httpx.AsyncBaseTransport):
    """Reaches the names of the configuration at its ports on this machine, over TLS that is checked.

    source: the address that a client connects from.
    """

    def __init__(self, proxy: Proxy, source: str) -> None:
        self._ports = proxy.ports
        trusted = ssl.create_default_context(cafile=str(proxy.certificate))
        self._http = httpx.AsyncHTTPTransport(verify=trusted, local_address=source)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Carry one request; its Host header and the name in its handshake stay as they are."""
        standard = 443 if request.url.scheme == "https" else 80
        here = httpx.Request(
            request.method,
            request.url.copy_with(host="127.0.0.1", port=self._ports[request.url.port or standard]),
            headers=request.headers,
            stream=request.stream,
            extensions={**request.extensions, "sni_hostname": request.url.host},
        )
        return await self._http.handle_async_request(here)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()


class Proxy:
    """The running nginx. ports: where each port of the configuration is. certificate: what checks its TLS."""

    def __init__(self, ports: Mapping[int, int], certificate: Path) -> None:
        self.ports = ports
        self.certificate = certificate

    def clients_at(self, source: str) -> ByName:
        """What carries the requests of clients at an address of this machine."""
        return ByName(self, source)


def configuration(upstream: str, ports: Mapping[int, int]) -> str:
    """The file as it stands, with other ports."""
    text = CONFIGURATION.read_text().replace(UPSTREAM, upstream)
    for standard, ours in ports.items():
        text, found = re.subn(rf"(?m)^( *listen ){standard}\b", rf"\g<1>127.0.0.1:{ours}", text)
        assert found == 1, f"nothing listens on {standard}"
    return text


@contextmanager
def nginx(upstream: str) -> Iterator[Proxy]:
    """nginx before a server at `host:port`, as an account without privileges. Skips the test where there is none."""
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None or shutil.which("openssl") is None:
        pytest.skip("nginx or openssl is not installed")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="fp-nginx-")))
        ports = free_ports(LISTENED_ON)
        (folder / "fleetprompt").mkdir()
        certificate = make_certificate(folder / "fleetprompt")
        (folder / "fleetprompt.conf").write_text(configuration(upstream, ports))
        (folder / "nginx.conf").write_text(AROUND.format(folder=folder))
        account = give_to_nobody(folder) if os.geteuid() == 0 else None
        command = [program, "-e", "stderr", "-p", str(folder), "-c", str(folder / "nginx.conf")]
        process = subprocess.Popen(command, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True, user=account)
        try:
            wait_for(process, ports[443])
            yield Proxy(ports, certificate)
        finally:
            process.terminate()
            process.communicate(timeout=10)


def free_ports(standard: tuple[int, ...]) -> dict[int, int]:
    """A free port for each of these."""
    with ExitStack() as stack:
        opened = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in standard]
        return {port: each.getsockname()[1] for port, each in zip(standard, opened, strict=True)}


def make_certificate(folder: Path) -> Path:
    """A self-signed certificate for both names, with its key beside it."""
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    made = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    names = ["-subj", f"/CN={PUBLIC}", "-addext", f"subjectAltName=DNS:{PUBLIC},DNS:{INTERNAL}"]
    subprocess.run([*made, *names, "-keyout", key, "-out", certificate], check=True, capture_output=True, timeout=30)
    return certificate


def give_to_nobody(folder: Path) -> str:
    """Let the account `nobody` own the folder; returns its name."""
    for path in (folder, *folder.rglob("*")):
        shutil.chown(path, "nobody")
    return "nobody"


def wait_for(process: subprocess.Popen[str], port: int) -> None:
    give_up_at = time.monotonic() + READY_WITHIN_S
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            assert process.poll() is None, process.communicate()[1]
            assert time.monotonic() < give_up_at, "nginx does not listen"
            time.sleep(0.05)
        else:
            return
