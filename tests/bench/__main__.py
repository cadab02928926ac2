"""`make bench`: detail, search page and redeem, the server and the bare handler in turns (medians and ratios)."""

from __future__ import annotations

import asyncio
import json
import pickle
import secrets
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

from tests.bench.load import CONNECTIONS, drive, request
from tests.bench.recording import Batch, Recorder
from tests.support import databases, market
from tests.support.application import logging_to, running
from tests.support.callers import Partner
from tests.support.clock import FakeClock
from tests.support.databases import Database
from tests.support.people import People
from tests.support.servers import Servers, serving

ROUNDS = 5
READS_A_ROUND = 1_000
REDEEMS_A_ROUND = 80
LISTINGS = 300
SEARCH = "/v1/public/listings/search?q=atlas"
TO_REACH = 0.4
MEMORY_MB_MAX = 150


async def main() -> int:
    """Measure and print; 1 where a ratio or the memory misses what it is to reach."""
    run = databases.Run.begin()
    try:
        with databases.open_cluster(run) as cluster:
            template = databases.template_of(cluster, run)
            with databases.fresh_database(cluster, run, template) as database:
                return await _measure(database, run.folder)
    finally:
        run.end()


async def _measure(database: Database, folder: Path) -> int:
    with serving(database, folder, processes=1) as servers:
        people = servers.people_of(0)
        offer = await _seed(people)
        partner = await people.partner("whs")
        tokens = await _tokens(people, offer, 2 * ROUNDS * REDEEMS_A_ROUND)
        recorded = await _record(database, folder, offer, partner, tokens[ROUNDS * REDEEMS_A_ROUND :])
        port = int(servers.processes[0].url.rsplit(":", 1)[1])
        bare, bare_port = _start_bare(database, folder, recorded)
        try:
            rates = await _rounds(port, bare_port, offer, partner, tokens)
        finally:
            bare.kill()
        return _report(rates, _resident_mb(servers))


async def _seed(people: People) -> market.Release:
    publisher = await people.publisher("Ada")
    description = {"format": "markdown", "markdown": "It **asks a person** where they differ.\n\n" * 40}
    offers = [await market.on_sale(publisher, description=description) for _ in range(LISTINGS)]
    return offers[LISTINGS // 2]


async def _tokens(people: People, offer: market.Release, count: int) -> list[str]:
    buyer = await people.register("Bea")
    return [(await market.token(await market.intent(buyer, offer))).text for _ in range(count)]


async def _record(
    database: Database, folder: Path, offer: market.Release, partner: Partner, tokens: list[str]
) -> dict[str, list[list[Batch]]]:
    clock = FakeClock()
    clock.set(time.time_ns() // 1_000_000)
    with logging_to(folder / "recorded.log") as log:
        async with running(database, clock, log, folder) as app, Recorder() as recorder:
            visitor = app.people.visitor()
            recorder.taken()
            await visitor.get(f"/v1/public/listings/{offer.listing.id}")
            detail = recorder.taken()
            await visitor.get(SEARCH)
            search = recorder.taken()
            inside = Partner(visitor.line, clock, partner.secret, partner.body)
            redeems = []
            for token in tokens:
                await inside.redeem(token)
                redeems.append(recorder.taken())
    return {"detail": [detail], "search": [search], "redeem": redeems}


def _start_bare(
    database: Database, folder: Path, recorded: dict[str, list[list[Batch]]]
) -> tuple[subprocess.Popen[str], int]:
    file = folder / "recorded.pickle"
    file.write_bytes(pickle.dumps(recorded))
    command = [sys.executable, "-m", "tests.bench.bare", database.serving_url, str(file)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    port = int(process.stdout.readline())
    time.sleep(2)
    return process, port


async def _rounds(
    port: int, bare_port: int, offer: market.Release, partner: Partner, tokens: list[str]
) -> dict[str, tuple[list[float], list[float]]]:
    detail = [request("GET", f"/v1/public/listings/{offer.listing.id}")] * READS_A_ROUND
    search = [request("GET", SEARCH)] * READS_A_ROUND
    rates: dict[str, tuple[list[float], list[float]]] = {"detail": ([], []), "search": ([], []), "redeem": ([], [])}
    for turn in range(-1, ROUNDS):
        places = range(max(turn, 0) * REDEEMS_A_ROUND, (max(turn, 0) + 1) * REDEEMS_A_ROUND)
        plans = {
            "detail": (detail, [request("GET", "/detail/0")] * READS_A_ROUND),
            "search": (search, [request("GET", "/search/0")] * READS_A_ROUND),
            "redeem": (
                [await _signed(partner, tokens[place]) for place in places],
                [request("GET", f"/redeem/{place}") for place in places],
            ),
        }
        for name, (ours, bare) in plans.items():
            if turn < 0 and name == "redeem":
                continue  # a token is redeemed once; the reads have warmed up both
            pair = await drive(port, ours), await drive(bare_port, bare)
            if turn >= 0:
                rates[name][0].append(pair[0])
                rates[name][1].append(pair[1])
    return rates


async def _signed(partner: Partner, token: str) -> bytes:
    body = json.dumps({"installToken": token, "targetSystem": partner.target_system}).encode()
    headers = partner.signed_headers("/v1/internal/install/redeem", body, secrets.token_hex(8))
    return request("POST", "/v1/internal/install/redeem", {"Content-Type": "application/json", **headers}, body)


def _resident_mb(servers: Servers) -> float:
    status = Path(f"/proc/{servers.processes[0].running.pid}/status").read_text()
    return int(status.split("VmRSS:", 1)[1].split()[0]) / 1024


def _report(rates: dict[str, tuple[list[float], list[float]]], resident_mb: float) -> int:
    table = Table(title=f"Requests per second over {CONNECTIONS} connections, medians of {ROUNDS} rounds in turns")
    for heading in ("request", "server", "bare handler", "ratio", "to reach"):
        table.add_column(heading, justify="left" if heading == "request" else "right")
    reached = resident_mb < MEMORY_MB_MAX
    for name, (ours, bare) in rates.items():
        ratio = median(one / other for one, other in zip(ours, bare, strict=True))
        reached = reached and ratio >= TO_REACH
        table.add_row(name, f"{median(ours):.0f}", f"{median(bare):.0f}", f"{ratio:.2f}", f"{TO_REACH}")
    console = Console()
    console.print(table)
    console.print(f"Resident memory of the server: {resident_mb:.0f} MB (to stay under {MEMORY_MB_MAX})")
    return 0 if reached else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
