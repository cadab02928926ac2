"""Metrics for Prometheus. Every label has a closed set of values: never an id, a path or an address (spec 9)."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Final, Literal

import msgspec
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.process_collector import ProcessCollector

from fleetprompt import __version__
from fleetprompt.errors import Code, Outage
from fleetprompt.telemetry.shared_metrics import MetricsFolder

OK: Final = "OK"
CLIENT_GONE: Final = "CLIENT_GONE"
OTHER: Final = "other"
UNMATCHED: Final = "unmatched"
JOB: Final = "job_name"  # Prometheus itself labels what it scrapes with `job`
RERUN_CAUSES: Final = frozenset(
    {"23505", "40001", "40P01", "XX000", "connection_lost", "commit_unknown", "stale_preparation"}
)
_CODES: Final = frozenset({OK, CLIENT_GONE, *(code.value for code in Code)})
_REQUEST_BUCKETS_S: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_POOL_BUCKETS_S: Final = (0.0005, 0.001, 0.0025, 0.01, 0.05, 0.25, 1.0, 5.0)
_LAG_BUCKETS_S: Final = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
_JOB_BUCKETS_S: Final = (0.01, 0.05, 0.25, 1.0, 5.0, 30.0, 120.0, 600.0)
WORKER_ENDS: Final = frozenset({"exited", "killed", "hung"})

disable_created_metrics()  # a second series beside each counter, of which several processes keep none

# How the values of several workers become one: `max` where all know the same, `livesum` where each has its own.
_Merging = Literal["max", "livesum", "mostrecent"]


class JobTerms(msgspec.Struct, frozen=True):
    """How often a job is due, and whether it is one of those that retention consists of."""

    period_s: int
    is_retention: bool = False


class MetricLabels(msgspec.Struct, frozen=True, kw_only=True):
    """The values that labels may take, as the application has registered them; what is not among them is `other`."""

    operations: frozenset[str] = frozenset()
    pools: frozenset[str] = frozenset()
    jobs: Mapping[str, JobTerms] = MappingProxyType({})
    rate_classes: frozenset[str] = frozenset()
    signature_reasons: frozenset[str] = frozenset()


class _ClosedCounter:
    """A counter with one label, a series for each of its values from the start, and `other` for all else."""

    def __init__(
        self, registry: CollectorRegistry, name: str, documentation: str, label: str, values: Iterable[str]
    ) -> None:
        counter = Counter(name, documentation, [label], registry=registry)
        self._series = {value: counter.labels(value) for value in sorted({*values, OTHER})}

    def increment(self, value: str) -> None:
        self._series.get(value, self._series[OTHER]).inc()


class Metrics:
    """The metrics of one process, in a registry of their own; the application makes one and hands it down.

    folder: where the processes of one server keep their metrics together; `render` then tells what all have measured.
    Durations are in seconds, points in time in epoch milliseconds. Recording a request costs some microseconds.
    """

    content_type: Final = CONTENT_TYPE_LATEST

    def __init__(
        self,
        labels: MetricLabels | None = None,
        *,
        lines_dropped: Callable[[], int] = int,
        folder: MetricsFolder | None = None,
        version: str = __version__,
    ) -> None:
        labels = labels or MetricLabels()
        self.registry = CollectorRegistry()
        self._folder = folder
        if folder is None:
            ProcessCollector(registry=self.registry)
        build = self._gauge("build_info", "1, with the version", "version", "python", merging="max")
        build.labels(version, platform.python_version()).set(1)
        self._lines_dropped, self._lines_told = lines_dropped, 0
        self._dropped = self._counter("log_lines_dropped", "Log lines lost because nobody read them fast enough")
        self._operations = labels.operations
        self._measure_requests()
        self._measure_database(labels.pools)
        self._measure_jobs(labels.jobs)
        self._signature_refusals = self._closed_counter(
            "signature_refusals", "Signatures refused, by the check that failed", "reason", labels.signature_reasons
        )
        self._limit_refusals = self._closed_counter(
            "limit_refusals", "Requests over a rate limit, by class", "rate_class", labels.rate_classes
        )
        self._unavailable = self._closed_counter(
            "unavailable_answers", "Answers that were UNAVAILABLE, by what kept them so", "cause", Outage
        )
        self._limiter_failures = self._counter("limiter_failures", "Calls that the rate limiter's store did not answer")
        self._markdown_kills = self._counter(
            "markdown_worker_kills", "Markdown workers killed because a text took too long"
        )
        self._worker_ends = self._closed_counter(
            "worker_ends", "Workers that ended without being told to, and were replaced", "cause", WORKER_ENDS
        )

    def _counter(self, name: str, documentation: str) -> Counter:
        return Counter(f"fleetprompt_{name}", documentation, registry=self.registry)

    def _closed_counter(self, name: str, documentation: str, label: str, values: Iterable[str]) -> _ClosedCounter:
        return _ClosedCounter(self.registry, f"fleetprompt_{name}", documentation, label, values)

    def _gauge(self, name: str, documentation: str, *labels: str, merging: _Merging) -> Gauge:
        return Gauge(f"fleetprompt_{name}", documentation, labels, multiprocess_mode=merging, registry=self.registry)

    def _histogram(self, name: str, documentation: str, *labels: str, buckets: tuple[float, ...]) -> Histogram:
        return Histogram(f"fleetprompt_{name}", documentation, labels, buckets=buckets, registry=self.registry)

    def _measure_requests(self) -> None:
        self._requests = self._histogram(
            "request_seconds",
            "Time from a request's first byte to its reply, by operation and outcome",
            "operation",
            "code",
            buckets=_REQUEST_BUCKETS_S,
        )
        self._request_series: dict[tuple[str, str], Histogram] = {}
        self._in_flight = self._gauge("requests_in_flight", "Requests being answered now", merging="livesum")
        self._in_flight.set(0)
        self._serving = self._gauge("workers_serving", "Processes of this server that serve", merging="livesum")
        self._serving.set(0)
        self._loop_lag = self._histogram(
            "event_loop_lag_seconds",
            "How much later than due the event loop came to a timer, twice a second",
            buckets=_LAG_BUCKETS_S,
        )
        self._loop_hangs = self._counter("event_loop_hangs", "Times that the event loop did not turn for two seconds")

    def _measure_database(self, pools: Iterable[str]) -> None:
        self._database_up = self._gauge(
            "database_up", "Whether the database answered when these metrics were asked for", merging="mostrecent"
        )
        self._clock_ahead = self._gauge(
            "clock_ahead_seconds",
            "This machine's clock less the database's",
            merging="mostrecent",
        )
        waits = self._histogram(
            "pool_wait_seconds", "Time until a connection was free, by pool", "pool", buckets=_POOL_BUCKETS_S
        )
        self._pool_waits = {pool: waits.labels(pool) for pool in sorted({*pools, OTHER})}
        self._reruns = self._closed_counter(
            "transaction_reruns",
            "Transactions run again, by SQLSTATE or loss of the connection",
            "cause",
            RERUN_CAUSES,
        )

    def _measure_jobs(self, jobs: Mapping[str, JobTerms]) -> None:
        self._jobs = jobs
        durations = self._histogram(
            "job_seconds", "Time that a job's run took, by job and outcome", JOB, "outcome", buckets=_JOB_BUCKETS_S
        )
        self._job_durations = {
            (job, ok): durations.labels(job, "succeeded" if ok else "failed")
            for job in sorted({*jobs, OTHER})
            for ok in (True, False)
        }
        periods = self._gauge("job_period_seconds", "How often the job is due", JOB, merging="max")
        for job, terms in jobs.items():
            periods.labels(job).set(terms.period_s)
        self._job_success = self._gauge(
            "job_last_success_timestamp_seconds", "When the job last ended well", JOB, merging="mostrecent"
        )
        self._job_lateness = self._gauge(
            "job_lateness_seconds", "How long the job has been due", JOB, merging="mostrecent"
        )
        self._retention = self._gauge(
            "retention_last_run_timestamp_seconds",
            "The time since when every part of retention has run",
            merging="mostrecent",
        )

    def serving(self, serves: bool) -> None:
        """Whether this process serves."""
        self._serving.set(serves)

    def request_started(self) -> None:
        """A request came in. Call it on the event loop's thread, like `request_finished`."""
        self._in_flight.inc()

    def request_finished(self, operation: str, code: str, seconds: float) -> None:
        """The request was answered. An operation that is not registered counts as `unmatched`."""
        self._in_flight.dec()
        series = self._request_series.get((operation, code)) or self._bind_request(operation, code)
        series.observe(seconds)

    def _bind_request(self, operation: str, code: str) -> Histogram:
        known = (operation if operation in self._operations else UNMATCHED, code if code in _CODES else OTHER)
        if known not in self._request_series:
            self._request_series[known] = self._requests.labels(*known)
        return self._request_series[known]

    def loop_lagged(self, seconds: float) -> None:
        """The event loop came so much later than due to a timer."""
        self._loop_lag.observe(seconds)

    def loop_hung(self) -> None:
        """The event loop does not turn."""
        self._loop_hangs.inc()

    def pool_waited(self, pool: str, seconds: float) -> None:
        """A caller waited this long for a connection."""
        self._pool_waits.get(pool, self._pool_waits[OTHER]).observe(seconds)

    def rerun(self, cause: str) -> None:
        """A transaction runs again because of this SQLSTATE, a lost connection, or a row that has moved on."""
        self._reruns.increment(cause)

    def signature_refused(self, reason: str) -> None:
        """A signature did not verify."""
        self._signature_refusals.increment(reason)

    def limit_refused(self, rate_class: str) -> None:
        """A request was over its limit."""
        self._limit_refusals.increment(rate_class)

    def unavailable(self, cause: str) -> None:
        """An answer was UNAVAILABLE."""
        self._unavailable.increment(cause)

    def limiter_failed(self) -> None:
        """The rate limiter's store did not answer in time."""
        self._limiter_failures.inc()

    def job_finished(self, job: str, *, seconds: float, succeeded: bool) -> None:
        """A run of a job ended in this process."""
        self._job_durations[job if job in self._jobs else OTHER, succeeded].observe(seconds)

    def jobs_stand(self, succeeded_at_ms: Mapping[str, int], since_ms: int, now_ms: int) -> None:
        """How the jobs stand, whichever process ran them: when each last ended well, as the database has it.

        since_ms: when jobs first could have run; what never ran has been due since then.
        """
        last_ms = {job: succeeded_at_ms.get(job, since_ms) for job in self._jobs}
        for job, terms in self._jobs.items():
            if job in succeeded_at_ms:
                self._job_success.labels(job).set(succeeded_at_ms[job] / 1000)
            self._job_lateness.labels(job).set(max(0, now_ms - last_ms[job] - terms.period_s * 1000) / 1000)
        retention = [last_ms[job] for job, terms in self._jobs.items() if terms.is_retention]
        self._retention.set(min(retention, default=since_ms) / 1000)

    def database_answered(self, answered: bool) -> None:
        """Whether the database answered just now."""
        self._database_up.set(answered)

    def clock_is_ahead(self, ms: int) -> None:
        """How far this machine's clock is ahead of the database's; negative where it is behind."""
        self._clock_ahead.set(ms / 1000)

    def worker_ended(self, cause: str) -> None:
        """A worker process ended without being told to."""
        self._worker_ends.increment(cause)

    def markdown_worker_killed(self) -> None:
        """A markdown worker ran out of its time."""
        self._markdown_kills.inc()

    def catch_up(self) -> None:
        """Count what nobody tells as it happens: dropping a log line costs nothing more than the line."""
        dropped = self._lines_dropped()
        self._dropped.inc(dropped - self._lines_told)
        self._lines_told = dropped

    def render(self) -> bytes:
        """Everything in Prometheus' text format; send it with `content_type`. Takes a while where many share it."""
        self.catch_up()
        return generate_latest(self.registry if self._folder is None else self._folder.registry())
