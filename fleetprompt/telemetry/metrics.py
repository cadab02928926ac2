"""Metrics for Prometheus. Every label has a closed set of values: never an id, a path or an address (spec 9)."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterable, Iterator
from typing import Final

import msgspec
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from fleetprompt import __version__
from fleetprompt.errors import Code, Outage

OK: Final = "OK"
CLIENT_GONE: Final = "CLIENT_GONE"
OTHER: Final = "other"
UNMATCHED: Final = "unmatched"
RERUN_CAUSES: Final = frozenset({"23505", "40001", "40P01", "XX000", "connection_lost", "commit_unknown"})
_CODES: Final = frozenset({OK, CLIENT_GONE, *(code.value for code in Code)})
_REQUEST_BUCKETS_S: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_POOL_BUCKETS_S: Final = (0.0005, 0.001, 0.0025, 0.01, 0.05, 0.25, 1.0, 5.0)
_JOB_BUCKETS_S: Final = (0.01, 0.05, 0.25, 1.0, 5.0, 30.0, 120.0, 600.0)


class MetricLabels(msgspec.Struct, frozen=True, kw_only=True):
    """The values that labels may take, as the application has registered them; what is not among them is `other`."""

    operations: frozenset[str] = frozenset()
    pools: frozenset[str] = frozenset()
    jobs: frozenset[str] = frozenset()
    rate_classes: frozenset[str] = frozenset()
    signature_reasons: frozenset[str] = frozenset()


class _DroppedLines(Collector):
    """Reads the count of dropped log lines when somebody asks, so that dropping one costs nothing more."""

    def __init__(self, lines_dropped: Callable[[], int]) -> None:
        self._lines_dropped = lines_dropped

    def collect(self) -> Iterator[CounterMetricFamily]:
        yield CounterMetricFamily(
            "fleetprompt_log_lines_dropped",
            "Log lines lost because nobody read them fast enough",
            value=self._lines_dropped(),
        )


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

    Durations are in seconds, points in time in epoch milliseconds. Recording a request costs some microseconds.
    """

    content_type: Final = CONTENT_TYPE_LATEST

    def __init__(
        self,
        labels: MetricLabels | None = None,
        *,
        lines_dropped: Callable[[], int] = int,
        version: str = __version__,
    ) -> None:
        labels = labels or MetricLabels()
        self.registry = CollectorRegistry()
        self.registry.register(_DroppedLines(lines_dropped))
        ProcessCollector(registry=self.registry)
        build = Gauge("fleetprompt_build_info", "1, with the version", ["version", "python"], registry=self.registry)
        build.labels(version, platform.python_version()).set(1)
        self._operations = labels.operations
        self._pools = labels.pools
        self._jobs = labels.jobs
        self._in_flight = 0
        self._measure_requests()
        self._measure_jobs()
        self._reruns = self._closed_counter(
            "transaction_reruns",
            "Transactions run again, by SQLSTATE or loss of the connection",
            "cause",
            RERUN_CAUSES,
        )
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

    def _counter(self, name: str, documentation: str) -> Counter:
        return Counter(f"fleetprompt_{name}", documentation, registry=self.registry)

    def _closed_counter(self, name: str, documentation: str, label: str, values: Iterable[str]) -> _ClosedCounter:
        return _ClosedCounter(self.registry, f"fleetprompt_{name}", documentation, label, values)

    def _measure_requests(self) -> None:
        self._requests = Histogram(
            "fleetprompt_request_seconds",
            "Time from a request's first byte to its reply, by operation and outcome",
            ["operation", "code"],
            buckets=_REQUEST_BUCKETS_S,
            registry=self.registry,
        )
        self._request_series: dict[tuple[str, str], Histogram] = {}
        in_flight = Gauge("fleetprompt_requests_in_flight", "Requests being answered now", registry=self.registry)
        in_flight.set_function(lambda: self._in_flight)
        waits = Histogram(
            "fleetprompt_pool_wait_seconds",
            "Time until a connection was free, by pool",
            ["pool"],
            buckets=_POOL_BUCKETS_S,
            registry=self.registry,
        )
        self._pool_waits = {pool: waits.labels(pool) for pool in sorted({*self._pools, OTHER})}

    def _measure_jobs(self) -> None:
        durations = Histogram(
            "fleetprompt_job_seconds",
            "Time that a job's run took, by job and outcome",
            ["job", "outcome"],
            buckets=_JOB_BUCKETS_S,
            registry=self.registry,
        )
        success = Gauge(
            "fleetprompt_job_last_success_timestamp_seconds",
            "When the job last ended well",
            ["job"],
            registry=self.registry,
        )
        lateness = Gauge(
            "fleetprompt_job_lateness_seconds", "How long the job has been due", ["job"], registry=self.registry
        )
        jobs = sorted({*self._jobs, OTHER})
        self._job_durations = {
            (job, ok): durations.labels(job, "succeeded" if ok else "failed") for job in jobs for ok in (True, False)
        }
        self._job_success = {job: success.labels(job) for job in jobs}
        self._job_lateness = {job: lateness.labels(job) for job in jobs}
        self._retention = Gauge(
            "fleetprompt_retention_last_run_timestamp_seconds", "When retention last ran", registry=self.registry
        )

    def request_started(self) -> None:
        """A request came in. Call it on the event loop's thread, like `request_finished`."""
        self._in_flight += 1

    def request_finished(self, operation: str, code: str, seconds: float) -> None:
        """The request was answered. An operation that is not registered counts as `unmatched`."""
        self._in_flight -= 1
        series = self._request_series.get((operation, code)) or self._bind_request(operation, code)
        series.observe(seconds)

    def _bind_request(self, operation: str, code: str) -> Histogram:
        known = (operation if operation in self._operations else UNMATCHED, code if code in _CODES else OTHER)
        if known not in self._request_series:
            self._request_series[known] = self._requests.labels(*known)
        return self._request_series[known]

    def pool_waited(self, pool: str, seconds: float) -> None:
        """A caller waited this long for a connection."""
        self._pool_waits.get(pool, self._pool_waits[OTHER]).observe(seconds)

    def rerun(self, cause: str) -> None:
        """A transaction runs again because of this SQLSTATE, or because its connection was lost."""
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

    def job_finished(self, job: str, *, seconds: float, succeeded: bool, now_ms: int) -> None:
        """A run of a job ended."""
        job = job if job in self._jobs else OTHER
        self._job_durations[job, succeeded].observe(seconds)
        if succeeded:
            self._job_success[job].set(now_ms / 1000)

    def job_late(self, job: str, seconds: float) -> None:
        """How long a job has been due, 0 when it is not."""
        self._job_lateness.get(job, self._job_lateness[OTHER]).set(seconds)

    def retention_ran(self, now_ms: int) -> None:
        """Retention purged what was due."""
        self._retention.set(now_ms / 1000)

    def markdown_worker_killed(self) -> None:
        """A markdown worker ran out of its time."""
        self._markdown_kills.inc()

    def render(self) -> bytes:
        """Everything in Prometheus' text format; send it with `content_type`."""
        return generate_latest(self.registry)
