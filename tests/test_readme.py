"""The README is true: its commands run as they stand, and its lists are the code's."""

from __future__ import annotations

import json
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, Final

import psycopg
import pytest

from fleetprompt.partner import RedeemClient
from fleetprompt.rate_limits import DEFAULT_LIMITS, RateClass, parse_rate_limits
from tests.pages.readme_pictures import PICTURES
from tests.support.databases import Cluster, Database, Run
from tests.support.environment import environment
from tests.support.servers import Servers, serving

ROOT: Final = Path(__file__).parents[1]
README: Final = (ROOT / "README.md").read_text()
MARK: Final = "-- the block is done --"
PICTURE_BYTES_MAX: Final = 120_000
TOOLS: Final = ("bash", "curl", "node", "openssl")


def section(heading: str) -> str:
    """What stands below a heading of the second level."""
    return README.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]


def blocks(heading: str, language: str) -> list[str]:
    """The fenced blocks of one language in one section."""
    return re.findall(rf"```{language}\n(.*?)```", section(heading), re.DOTALL)


@pytest.fixture(scope="module")
async def server(anyio_backend: Any, database: Database, run: Run) -> AsyncIterator[Servers]:
    """One server that knows where it is reached, as a reader's own does."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    with serving(
        database, run.folder / "logs", processes=1, arguments=("--port", str(port)), PUBLIC_URL=url
    ) as started:
        yield started
        await started.aclose()


@pytest.fixture(scope="module")
def tour(server: Servers, database: Database, run: Run, tmp_path_factory: pytest.TempPathFactory) -> str:
    """What the whole tour prints when it is pasted into one shell, in the server's environment."""
    folder = tmp_path_factory.mktemp("checkout")
    (folder / "contracts").symlink_to(ROOT / "contracts")
    script = "\n".join(f"{block}\necho '{MARK}'" for block in blocks("A first tour", "sh"))
    return run_shell(script, folder, {**environment(database, run.folder), "BASE": server.processes[0].url})


needs_tools = pytest.mark.skipif(any(shutil.which(tool) is None for tool in TOOLS), reason=f"needs {', '.join(TOOLS)}")


@needs_tools
async def test_e2e_04_a_newcomer_carries_a_listing_from_draft_to_a_redeemed_token(tour: str) -> None:
    *_, redeemed, rest = tour.split(MARK)
    assert rest.strip() == ""
    assert redeemed.count('"whsAgentId"') == 3, "the Bash, Node and Python clients get the same answer"


@needs_tools
async def test_a_refusal_looks_as_the_readme_shows_it(tour: str) -> None:
    (shown,) = (json.loads(block) for block in blocks("A first tour", "json"))
    refused = next(json.loads(line) for line in re.findall(r'\{"error".*\}\}', tour))
    assert shown["error"].pop("requestId").startswith("req_")
    refused["error"].pop("requestId")
    assert refused == shown


async def test_e2e_04_the_readmes_python_client_redeems(server: Servers) -> None:
    partner = await server.people_of(0).partner("whs")
    url = server.processes[0].url
    (source,) = blocks("A first tour", "python")
    given = {
        "base_url": url,
        "partner_key_id": partner.key_id,
        "secret": partner.secret,
        "install_token": "fpt_of_another_place",
    }
    exec(compile(source, "README.md", "exec"), given)
    assert "redemption" not in given, "a token that names nothing is NotRedeemable"
    with RedeemClient(url, partner.key_id, partner.secret) as client:
        assert client.ping().partner_key_id == partner.key_id


def test_the_pictures_that_the_readme_shows_are_there_and_small() -> None:
    shown = re.findall(r"!\[([^\]]+)\]\(([^)]+)\)", README)
    assert {path for _, path in shown} == {f"docs/screenshots/{name}.png" for name in PICTURES}
    for words, path in shown:
        picture = (ROOT / path).read_bytes()
        assert len(words.split()) > 3, "a picture is told to those who cannot see it"
        assert picture.startswith(b"\x89PNG")
        assert len(picture) < PICTURE_BYTES_MAX, f"{path} is too large"


def test_the_readme_names_what_make_does() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"^(?:\$ )?make ([a-z]+)", README, re.MULTILINE))
    assert {"demo", "test", "check", "contracts", "bench", "lock"} <= named <= targets


@pytest.fixture
def own_server(cluster: Cluster) -> Iterator[str]:
    """Host and database of a server on which the README's SQL was run."""
    if not cluster.has_superuser:
        pytest.skip("needs a superuser")
    (statements,) = blocks("For operators", "sql")
    place = cluster.creator.set(username="nobody", password="-", database="market")
    with psycopg.connect(cluster.creator.render_as_string(hide_password=False), autocommit=True) as superuser:
        for statement in statements.strip().splitlines():
            superuser.execute(statement.encode())
        try:
            yield place.render_as_string(hide_password=False).partition("://nobody:-@")[2]
        finally:
            superuser.execute("drop database market with (force)")
            superuser.execute("drop role market_owner, market_app")


@pytest.mark.slow
def test_an_operator_sets_up_a_server_of_her_own(own_server: str, tmp_path: Path) -> None:
    (script,) = (block for block in blocks("For operators", "sh") if "export FLEETPROMPT_DATABASE_URL" in block)
    told = run_shell(script.replace("db.example/market", own_server), tmp_path, {})
    assert "The database is at migration" in told


@pytest.mark.parametrize("name", ["README.md", "SECURITY.md"])
def test_what_is_linked_is_there(name: str) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)", (ROOT / name).read_text())
    assert links
    for path, place in links:
        assert (ROOT / (path or name)).exists(), path
        headings = re.findall(r"^#+ (.+)$", (ROOT / (path or name)).read_text(), re.MULTILINE) if place else []
        assert not place or place in {
            re.sub(r"[^a-z -]", "", heading.lower()).replace(" ", "-") for heading in headings
        }


def test_the_readme_lists_every_setting() -> None:
    settings = (ROOT / "fleetprompt" / "settings.py").read_text()
    known = {f"FLEETPROMPT_{name}" for name in re.findall(r'reader\.read\("([A-Z_]+)"', settings)}
    assert known == set(re.findall(r"^\| `(FLEETPROMPT_[A-Z_]+)` \|", README, re.MULTILINE))


def test_the_readme_shows_the_limit_of_every_class() -> None:
    (shown,) = blocks("For operators", "text")
    assert [entry.partition("=")[0] for entry in sorted(shown.split())] == sorted(RateClass)
    assert parse_rate_limits(",".join(shown.split())) == DEFAULT_LIMITS


def test_the_readme_shows_every_command() -> None:
    shown = set(re.findall(r"^fleetprompt ([a-z]+)", "\n".join(blocks("For operators", "sh")), re.MULTILINE))
    done = subprocess.run([sys.executable, "-m", "fleetprompt", "--help"], capture_output=True, text=True, check=True)
    listed = set(re.findall(r"^  ([a-z]+) ", done.stdout.split("Commands:", 1)[1], re.MULTILINE))
    assert shown | {"demo"} == listed


def run_shell(script: str, folder: Path, variables: dict[str, str]) -> str:
    """Run a script as a reader would paste it, and return what it printed."""
    path = {"PATH": f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin", "HOME": str(folder)}
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=folder,
        env={**path, **variables},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}{done.stderr}"
    return done.stdout
