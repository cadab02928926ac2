"""Metrics have labels from closed sets, and cost next to nothing."""

from __future__ import annotations

import time

from prometheus_client.parser import text_string_to_metric_families

from fleetprompt.telemetry import MetricLabels, Metrics

LABELS = MetricLabels(
    operations=frozenset({"listings.create", "catalog.search"}),
    pools=frozenset({"main", "search"}),
    jobs=frozenset({"retention"}),
    rate_classes=frozenset({"write"}),
    signature_reasons=frozenset({"mac"}),
)


def samples(metrics: Metrics) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    text = metrics.render().decode()
    return {
        (sample.name.removeprefix("fleetprompt_"), frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def value(metrics: Metrics, name: str, **labels: str) -> float:
    return samples(metrics)[name, frozenset(labels.items())]


def test_a_request_is_counted_and_timed_by_operation_and_code() -> None:
    metrics = Metrics(LABELS)
    for seconds, code in ((0.02, "OK"), (0.3, "OK"), (0.001, "NOT_FOUND")):
        metrics.request_started()
        metrics.request_finished("listings.create", code, seconds)
    assert value(metrics, "request_seconds_count", operation="listings.create", code="OK") == 2
    assert value(metrics, "request_seconds_sum", operation="listings.create", code="OK") == 0.32
    assert value(metrics, "request_seconds_bucket", operation="listings.create", code="OK", le="0.025") == 1
    assert value(metrics, "request_seconds_count", operation="listings.create", code="NOT_FOUND") == 1


def test_requests_in_flight_rise_and_fall() -> None:
    metrics = Metrics(LABELS)
    metrics.request_started()
    metrics.request_started()
    assert value(metrics, "requests_in_flight") == 2
    metrics.request_finished("catalog.search", "OK", 0.1)
    assert value(metrics, "requests_in_flight") == 1


def test_labels_never_take_a_value_that_was_not_declared() -> None:
    metrics = Metrics(LABELS)
    stray = "lst_01h455vb4pex5vsknk084sn02q"
    for _ in range(2):
        metrics.request_started()
        metrics.request_finished(f"/v1/{stray}", stray, 0.1)
    metrics.pool_waited(stray, 0.1)
    metrics.rerun(stray)
    metrics.signature_refused(stray)
    metrics.limit_refused(stray)
    metrics.job_finished(stray, seconds=1, succeeded=True, now_ms=1)
    metrics.job_late(stray, 1)
    assert stray not in metrics.render().decode()
    assert value(metrics, "request_seconds_count", operation="unmatched", code="other") == 2
    assert value(metrics, "transaction_reruns_total", cause="other") == 1
    assert value(metrics, "signature_refusals_total", reason="other") == 1
    assert value(metrics, "limit_refusals_total", rate_class="other") == 1
    assert value(metrics, "pool_wait_seconds_count", pool="other") == 1


def test_declared_series_exist_before_anything_happens() -> None:
    metrics = Metrics(LABELS)
    assert value(metrics, "transaction_reruns_total", cause="40001") == 0
    assert value(metrics, "signature_refusals_total", reason="mac") == 0
    assert value(metrics, "limit_refusals_total", rate_class="write") == 0
    assert value(metrics, "markdown_worker_kills_total") == 0
    assert value(metrics, "limiter_failures_total") == 0


def test_each_recorder_moves_its_own_metric() -> None:
    metrics = Metrics(LABELS)
    metrics.rerun("40001")
    metrics.signature_refused("mac")
    metrics.limit_refused("write")
    metrics.limiter_failed()
    metrics.markdown_worker_killed()
    metrics.pool_waited("search", 0.2)
    metrics.job_finished("retention", seconds=2.0, succeeded=True, now_ms=1_700_000_000_500)
    metrics.job_finished("retention", seconds=3.0, succeeded=False, now_ms=1_700_000_009_000)
    metrics.job_late("retention", 61.5)
    metrics.retention_ran(1_700_000_000_000)
    assert value(metrics, "transaction_reruns_total", cause="40001") == 1
    assert value(metrics, "signature_refusals_total", reason="mac") == 1
    assert value(metrics, "limit_refusals_total", rate_class="write") == 1
    assert value(metrics, "limiter_failures_total") == 1
    assert value(metrics, "markdown_worker_kills_total") == 1
    assert value(metrics, "pool_wait_seconds_sum", pool="search") == 0.2
    assert value(metrics, "job_seconds_sum", job="retention", outcome="succeeded") == 2
    assert value(metrics, "job_seconds_sum", job="retention", outcome="failed") == 3
    assert value(metrics, "job_last_success_timestamp_seconds", job="retention") == 1_700_000_000.5
    assert value(metrics, "job_lateness_seconds", job="retention") == 61.5
    assert value(metrics, "retention_last_run_timestamp_seconds") == 1_700_000_000


def test_dropped_log_lines_and_the_build_are_shown() -> None:
    metrics = Metrics(LABELS, lines_dropped=lambda: 7, version="1.2.3")
    assert value(metrics, "log_lines_dropped_total") == 7
    assert 'version="1.2.3"' in metrics.render().decode()


def test_two_applications_in_one_process_share_nothing() -> None:
    one, other = Metrics(LABELS), Metrics(LABELS)
    one.rerun("40001")
    assert value(other, "transaction_reruns_total", cause="40001") == 0


def test_recording_a_request_is_cheap() -> None:
    metrics = Metrics(LABELS)
    best_s = float("inf")
    for _ in range(20):
        started = time.perf_counter()
        for _ in range(200):
            metrics.request_started()
            metrics.request_finished("listings.create", "OK", 0.02)
        best_s = min(best_s, (time.perf_counter() - started) / 200)
    assert best_s < 10e-6
