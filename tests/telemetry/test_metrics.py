"""Metrics have labels from closed sets, and cost next to nothing."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from fleetprompt.telemetry import JobTerms, MetricLabels, Metrics, MetricsFolder
from tests.support.metrics import value_in, value_of

LABELS = MetricLabels(
    operations=frozenset({"listings.create", "catalog.search"}),
    pools=frozenset({"main", "search"}),
    jobs={"fold": JobTerms(30), "purge": JobTerms(3_600, is_retention=True)},
    rate_classes=frozenset({"write"}),
    signature_reasons=frozenset({"mac"}),
)


def value(metrics: Metrics, name: str, **labels: str) -> float:
    found = value_of(metrics, f"fleetprompt_{name}", **labels)
    assert found is not None, f"{name} {labels} is not there"
    return found


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
    metrics.job_finished(stray, seconds=1, succeeded=True)
    metrics.jobs_stand({stray: 1}, 0, 1)
    metrics.worker_ended(stray)
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
    metrics.worker_ended("hung")
    metrics.loop_lagged(0.2)
    metrics.loop_hung()
    metrics.serving(True)
    metrics.database_answered(True)
    metrics.job_finished("purge", seconds=2.0, succeeded=True)
    metrics.job_finished("purge", seconds=3.0, succeeded=False)
    assert value(metrics, "transaction_reruns_total", cause="40001") == 1
    assert value(metrics, "signature_refusals_total", reason="mac") == 1
    assert value(metrics, "limit_refusals_total", rate_class="write") == 1
    assert value(metrics, "limiter_failures_total") == 1
    assert value(metrics, "markdown_worker_kills_total") == 1
    assert value(metrics, "pool_wait_seconds_sum", pool="search") == 0.2
    assert value(metrics, "worker_ends_total", cause="hung") == 1
    assert value(metrics, "event_loop_lag_seconds_sum") == 0.2
    assert value(metrics, "event_loop_hangs_total") == 1
    assert value(metrics, "workers_serving") == 1
    assert value(metrics, "database_up") == 1
    assert value(metrics, "job_seconds_sum", job_name="purge", outcome="succeeded") == 2
    assert value(metrics, "job_seconds_sum", job_name="purge", outcome="failed") == 3


def test_jobs_stand_as_the_database_has_them_whichever_process_ran_them() -> None:
    metrics, used_ms = Metrics(LABELS), 1_700_000_000_000
    metrics.jobs_stand({}, used_ms, used_ms + 45_000)
    assert value(metrics, "job_lateness_seconds", job_name="fold") == 15
    assert value(metrics, "job_lateness_seconds", job_name="purge") == 0
    assert value(metrics, "retention_last_run_timestamp_seconds") == used_ms / 1000
    metrics.jobs_stand({"fold": used_ms + 46_500, "purge": used_ms + 500}, used_ms, used_ms + 7_200_500)
    assert value(metrics, "job_lateness_seconds", job_name="fold") == 7_124
    assert value(metrics, "job_lateness_seconds", job_name="purge") == 3_600
    assert value(metrics, "job_last_success_timestamp_seconds", job_name="fold") == 1_700_000_046.5
    assert value(metrics, "retention_last_run_timestamp_seconds") == 1_700_000_000.5
    assert value(metrics, "job_period_seconds", job_name="fold") == 30


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


SHARING = """
import sys
from pathlib import Path
from fleetprompt.telemetry import MetricLabels, Metrics, MetricsFolder

folder, place, requests = MetricsFolder(Path(sys.argv[1])), sys.argv[2], int(sys.argv[3])
folder.keep_metrics_of(place)
labels = MetricLabels(operations=frozenset({"catalog.search"}))
metrics = Metrics(labels, folder=folder, lines_dropped=lambda: requests)
metrics.serving(True)
for _ in range(requests):
    metrics.request_started()
    metrics.request_finished("catalog.search", "OK", 0.02)
metrics.request_started()
metrics.database_answered(place == "1")
metrics.catch_up()
print(metrics.render().decode())
"""


def test_processes_that_share_a_folder_tell_of_all_and_keep_what_the_dead_have_counted(tmp_path: Path) -> None:
    folder = MetricsFolder(tmp_path)

    def tell(place: str, requests: int) -> str:
        command = [sys.executable, "-c", SHARING, str(tmp_path), place, str(requests)]
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=30).stdout

    def shared(text: str, name: str, **labels: str) -> float | None:
        return value_in(text, f"fleetprompt_{name}", **labels)

    first, second = tell("0", 3), tell("1", 4)
    answered = {"operation": "catalog.search", "code": "OK"}
    assert shared(first, "request_seconds_count", **answered) == 3
    assert shared(second, "request_seconds_count", **answered) == 7
    assert shared(second, "request_seconds_bucket", le="0.025", **answered) == 7
    assert shared(second, "requests_in_flight") == 2
    assert shared(second, "workers_serving") == 2
    assert shared(second, "log_lines_dropped_total") == 7
    assert shared(second, "database_up") == 1
    folder.strike("0")
    third = tell("1", 1)
    assert shared(third, "request_seconds_count", **answered) == 8, "who takes a place counts on from there"
    assert shared(third, "requests_in_flight") == 1, "what was in flight has died with its process"
    assert shared(third, "workers_serving") == 1
