"""What a process runs on, put together: a server, a worker, and a command that runs one operation."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from fleetprompt.clock import Clock
from fleetprompt.jobs import JOBS, RETENTION
from fleetprompt.markdown import MarkdownWorkers
from fleetprompt.passwords import PasswordHasher
from fleetprompt.rate_limits import RateClass
from fleetprompt.runtime.live_ring import LiveRing
from fleetprompt.runtime.operations import REGISTRY
from fleetprompt.runtime.services import Services
from fleetprompt.runtime.shared_answers import SharedAnswers
from fleetprompt.runtime.turnstile import Turnstile
from fleetprompt.secrets import KeyRing
from fleetprompt.settings import Settings
from fleetprompt.store.db import Database
from fleetprompt.telemetry import JobTerms, Logging, LoopWatch, MetricLabels, Metrics, MetricsFolder, Traces
from fleetprompt.web.signatures import SignatureReason


def build_services(
    settings: Settings,
    clock: Clock,
    ring: KeyRing,
    database_url: str,
    log: Logging,
    *,
    metrics_folder: MetricsFolder | None = None,
    traces: Traces | None = None,
    pages: Iterable[str] = (),
    contract: Callable[[], bytes] = bytes,
) -> Services:
    """What every operation of this process runs on.

    metrics_folder: shared with the other processes of this server. traces: off where they are not given. pages: what
    they are called in the metrics. contract: makes the OpenAPI document, where this process serves it.
    """
    traces = traces or Traces()
    metrics = Metrics(
        MetricLabels(
            operations=frozenset(REGISTRY).union(pages),
            pools=frozenset({"main", "search"}),
            jobs={job.name: JobTerms(job.period_s, is_retention=job in RETENTION) for job in JOBS},
            rate_classes=frozenset(RateClass),
            signature_reasons=frozenset(SignatureReason),
        ),
        lines_dropped=lambda: log.lines_dropped,
        folder=metrics_folder,
    )
    return Services(
        settings=settings,
        clock=clock,
        keys=LiveRing(ring, settings.key_ring_path if settings.master_keys is None else None),
        db=Database(database_url, isolation=settings.isolation, on_wait=metrics.pool_waited, traces=traces),
        markdown=MarkdownWorkers(on_kill=metrics.markdown_worker_killed),
        passwords=PasswordHasher(),
        metrics=metrics,
        loop=LoopWatch(metrics),
        traces=traces,
        turnstile=Turnstile(),
        answers=SharedAnswers(),
        contract=contract,
    )
