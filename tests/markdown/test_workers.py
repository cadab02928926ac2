"""The processes that judge markdown for a server (spec 3 Markdown)."""

from __future__ import annotations

import asyncio
import logging
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from fleetprompt.errors import Code, Refusal
from fleetprompt.markdown import MarkdownRule, MarkdownWorkers, SafeHtml, judge
from tests.markdown.accepted_samples import ACCEPTED
from tests.markdown.hostile_samples import REFUSED

# Every reading of this finds a table of 65 000 cells.
SLOW = ("|" + "a|" * 140 + "\n|" + "-|" * 140 + "\n[^1]: " + "x\u00a0~~y~~ https://a.example <a\n" * 2000)[:20_000]

Open = Callable[..., Awaitable[MarkdownWorkers]]


def worker_ids(parent: int) -> set[int]:
    """The processes that judge markdown for `parent`."""
    found = set()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            state, parent_id = process.joinpath("stat").read_text().rpartition(") ")[2].split()[:2]
            command = process.joinpath("cmdline").read_bytes()
        except OSError:
            continue
        if int(parent_id) == parent and state != "Z" and b"fleetprompt.markdown.worker" in command:
            found.add(int(process.name))
    return found


def is_running(process_id: int) -> bool:
    try:
        return Path(f"/proc/{process_id}/stat").read_text().rpartition(") ")[2][0] != "Z"
    except OSError:
        return False


def environment_names(process_id: int) -> set[bytes]:
    entries = Path(f"/proc/{process_id}/environ").read_bytes().split(b"\0")
    return {entry.partition(b"=")[0] for entry in entries if entry}


def resident_bytes(process_id: int) -> int:
    pages = int(Path(f"/proc/{process_id}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGESIZE")


async def until(condition: Callable[[], bool], within_s: float = 10.0) -> None:
    for _ in range(int(within_s / 0.02)):
        if condition():
            return
        await asyncio.sleep(0.02)
    pytest.fail(f"not within {within_s} s")


def run_by(monkeypatch: pytest.MonkeyPatch, folder: Path, script: str) -> None:
    """Have workers run by a shell script, in `folder`, instead of the interpreter."""
    program = folder / "python"
    program.write_text(f"#!/bin/sh\ncd {shlex.quote(str(folder))}\n{script}\n")
    program.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(program))


@pytest.fixture
async def opened(anyio_backend: Any) -> AsyncIterator[Open]:
    pools: list[MarkdownWorkers] = []

    async def made(**limits: Any) -> MarkdownWorkers:
        pool = MarkdownWorkers(**limits)
        pools.append(pool)
        await pool.start()
        return pool

    yield made
    for pool in pools:
        await pool.close()
    assert worker_ids(os.getpid()) == set()


async def test_workers_give_the_policys_own_verdicts(opened: Open) -> None:
    pool = await opened()
    sources = [*(sample.source for sample in ACCEPTED.values()), *(sample.source for sample in REFUSED.values())]
    for source in sources[::5]:
        verdict = await pool.judge(source, suggest=True)
        assert verdict == judge(source, suggest=True)
        assert verdict.html is None or type(verdict.html) is SafeHtml


async def test_no_process_is_started_before_there_is_something_to_judge(opened: Open) -> None:
    pool = await opened()
    assert worker_ids(os.getpid()) == set()
    await pool.judge("a")
    assert len(worker_ids(os.getpid())) == 1


def test_a_server_does_not_load_parsers_and_sanitizers_itself() -> None:
    code = (
        "import sys, fleetprompt.markdown;"
        "print([name for name in ('markdown_it', 'bleach', 'nh3', 'idna', 'litestar') if name in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout == b"[]\n"


@pytest.mark.slow
async def test_a_text_that_takes_two_seconds_is_too_complex_and_holds_nobody_up(opened: Open) -> None:
    kills: list[float] = []
    pool = await opened(on_kill=lambda: kills.append(time.monotonic()), wall_limit_s=30.0)
    await asyncio.gather(pool.judge("a"), pool.judge("b"))
    slow = asyncio.create_task(pool.judge(SLOW))
    beside = [await pool.judge(f"*{number}*") for number in range(5)]
    assert not slow.done()
    verdict = await slow
    assert [problem.rule for problem in verdict.problems] == [MarkdownRule.TOO_COMPLEX]
    assert len(kills) == 1
    assert all(each.problems == () for each in beside)
    assert (await pool.judge("again")).problems == ()


async def test_a_worker_that_is_killed_is_replaced_and_its_text_judged_again(
    opened: Open, caplog: pytest.LogCaptureFixture
) -> None:
    pool = await opened(cpu_limit_s=0.5, wall_limit_s=30.0)
    await pool.judge("a")
    (idle,) = worker_ids(os.getpid())
    os.kill(idle, signal.SIGKILL)
    assert (await pool.judge("a")).problems == ()
    (busy,) = worker_ids(os.getpid())
    assert busy != idle
    os.kill(busy, signal.SIGSTOP)  # it has no time to come to an end of its own
    slow = asyncio.create_task(pool.judge(SLOW))
    await asyncio.sleep(0.1)
    os.kill(busy, signal.SIGKILL)
    assert [problem.rule for problem in (await slow).problems] == [MarkdownRule.TOO_COMPLEX]
    assert "died while it was judging a text (signal 9)" in caplog.text


async def test_a_worker_that_is_killed_while_it_starts_is_replaced(
    opened: Open, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    interpreter = shlex.quote(sys.executable)
    run_by(monkeypatch, tmp_path, f'mkdir first-time 2>/dev/null && kill -KILL $$\nexec {interpreter} "$@"')
    pool = await opened(wall_limit_s=30.0)
    assert (await pool.judge("a")).problems == ()
    assert "died while it was starting (signal 9)" in caplog.text


async def test_workers_that_something_else_keeps_killing_say_nothing_of_the_text(opened: Open) -> None:
    pool = await opened(cpu_limit_s=30.0, wall_limit_s=30.0)
    judging = asyncio.create_task(pool.judge(SLOW))
    killed: set[int] = set()
    for _ in range(2):
        await until(lambda: bool(worker_ids(os.getpid()) - killed))
        await asyncio.sleep(0.5)
        (busy,) = worker_ids(os.getpid()) - killed
        killed.add(busy)
        os.kill(busy, signal.SIGKILL)
    with pytest.raises(Refusal) as refused:
        await judging
    assert refused.value.code is Code.UNAVAILABLE
    assert (await pool.judge("a")).problems == ()


async def test_a_suggestion_that_takes_too_long_leaves_the_verdict_as_it_is(
    opened: Open, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    source, takes_for_ever = "a <b> c", "worker.with_suggestion = lambda *_: max(iter(int, 1))"
    code = f"from fleetprompt.markdown import worker; {takes_for_ever}; worker.serve(1.0)"
    run_by(monkeypatch, tmp_path, shlex.join(("exec", sys.executable, "-c", code)))
    verdict = judge(source)
    kills: list[bool] = []
    pool = await opened(wall_limit_s=30.0, on_kill=lambda: kills.append(True))
    assert await pool.judge(source, suggest=True) == verdict
    assert verdict.problems
    assert kills == [True]


async def test_one_text_has_its_time_once_with_its_suggestion(opened: Open) -> None:
    kills: list[bool] = []
    pool = await opened(cpu_limit_s=0.3, wall_limit_s=30.0, on_kill=lambda: kills.append(True))
    verdict = await pool.judge(SLOW, suggest=True)
    assert [problem.rule for problem in verdict.problems] == [MarkdownRule.TOO_COMPLEX]
    assert kills == [True]


async def test_an_overloaded_machine_is_unavailable_and_changes_no_verdict(opened: Open) -> None:
    pool = await opened(size_max=1, wall_limit_s=4.0)
    await pool.judge("a")
    (stopped,) = worker_ids(os.getpid())
    os.kill(stopped, signal.SIGSTOP)
    answers = await asyncio.gather(pool.judge("a"), pool.judge("waits for the first"), return_exceptions=True)
    codes = [answer.code if isinstance(answer, Refusal) else answer for answer in answers]
    assert codes == [Code.UNAVAILABLE, Code.UNAVAILABLE]
    await until(lambda: not is_running(stopped))
    assert (await pool.judge("a")).problems == ()


async def test_too_many_waiting_texts_are_unavailable(opened: Open) -> None:
    pool = await opened(size_max=1, waiting_max=2, cpu_limit_s=0.5, wall_limit_s=30.0)
    first = asyncio.create_task(pool.judge(SLOW))
    waiting = [asyncio.create_task(pool.judge("a")) for _ in range(2)]
    await asyncio.sleep(0)
    with pytest.raises(Refusal) as refused:
        await pool.judge("a")
    assert refused.value.code is Code.UNAVAILABLE
    assert refused.value.retry_after_s == 1
    assert [problem.rule for problem in (await first).problems] == [MarkdownRule.TOO_COMPLEX]
    assert [verdict.problems for verdict in await asyncio.gather(*waiting)] == [(), ()]


async def test_a_caller_that_goes_away_leaves_no_answer_to_the_next_one(opened: Open) -> None:
    pool = await opened(size_max=1, wall_limit_s=30.0)
    gone = asyncio.create_task(pool.judge(SLOW))
    await until(lambda: bool(worker_ids(os.getpid())))
    await asyncio.sleep(0.5)
    gone.cancel()
    with pytest.raises(asyncio.CancelledError):
        await gone
    assert (await pool.judge("next")).source == "next"


async def test_a_spare_worker_is_given_up(opened: Open) -> None:
    pool = await opened(idle_s=0.1)
    await asyncio.gather(pool.judge("a"), pool.judge("b"))
    await until(lambda: len(worker_ids(os.getpid())) == 1)
    assert (await pool.judge("c")).source == "c", "the other one works on"


async def test_a_closed_pool_is_unavailable_and_has_no_processes(opened: Open) -> None:
    pool = await opened(wall_limit_s=30.0)
    await pool.judge("a")
    judging = asyncio.create_task(pool.judge(SLOW))
    await asyncio.sleep(0.1)
    await pool.close()
    assert worker_ids(os.getpid()) == set()
    for refused in (judging, pool.judge("a"), MarkdownWorkers().judge("a")):
        with pytest.raises(Refusal) as refusal:
            await refused
        assert refusal.value.code is Code.UNAVAILABLE


async def test_workers_see_nothing_of_the_servers_environment(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLEETPROMPT_MASTER_KEYS", "v1:c2VjcmV0")
    pool = await opened()
    await pool.judge("a")
    (worker,) = worker_ids(os.getpid())
    assert environment_names(worker) <= {b"PATH", b"LD_LIBRARY_PATH", b"TMPDIR", b"PYTHONPATH"}


async def test_a_worker_is_small(opened: Open) -> None:
    pool = await opened()
    await pool.judge("| a | b |\n|---|---|\n" + "| *c* | [d](https://x.example) |\n" * 400)
    (worker,) = worker_ids(os.getpid())
    assert resident_bytes(worker) < 64 * 1024 * 1024


async def test_what_the_policy_logs_in_a_worker_reaches_the_servers_log(
    opened: Open, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    renders_badly = "policy.render = lambda text: '<p onclick=x>'"
    code = f"from fleetprompt.markdown import policy, worker; {renders_badly}; worker.serve(2.0)"
    run_by(monkeypatch, tmp_path, shlex.join(("exec", sys.executable, "-c", code)))
    pool = await opened()
    with caplog.at_level(logging.ERROR, "fleetprompt.markdown.workers"):
        verdict = await pool.judge("what was written")
    assert [problem.rule for problem in verdict.problems] == [MarkdownRule.UNRENDERABLE]
    assert "A rendered text of 16 characters did not pass the sanitizers" in caplog.text
    assert "what was written" not in caplog.text


async def test_a_worker_that_cannot_start_makes_judging_unavailable(
    opened: Open, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for executable in (tmp_path / "absent", Path("/bin/false")):
        monkeypatch.setattr(sys, "executable", str(executable))
        pool = await opened()
        with pytest.raises(Refusal) as refused:
            await pool.judge("a")
        assert refused.value.code is Code.UNAVAILABLE


@pytest.mark.slow
async def test_no_worker_outlives_a_server_that_is_killed(anyio_backend: Any) -> None:
    code = (
        "import asyncio, sys\n"
        "from fleetprompt.markdown import MarkdownWorkers\n"
        "async def main():\n"
        "    pool = MarkdownWorkers()\n"
        "    await pool.start()\n"
        "    await asyncio.gather(pool.judge('a'), pool.judge('b'))\n"
        "    print('ready', flush=True)\n"
        "    await pool.judge(sys.stdin.read())\n"
        "asyncio.run(main())\n"
    )
    server = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", code), stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert server.stdin is not None
    assert server.stdout is not None
    assert await server.stdout.readline() == b"ready\n"
    workers = worker_ids(server.pid)
    assert len(workers) == 2
    server.stdin.write(SLOW.encode())
    server.stdin.close()
    await asyncio.sleep(0.3)
    server.kill()
    await server.wait()
    await until(lambda: not any(is_running(worker) for worker in workers), within_s=30)
