"""What the server tells its operators: logs without secrets, and metrics without identities (spec 9)."""

from fleetprompt.telemetry.event_loop import LoopWatch
from fleetprompt.telemetry.logs import Logger, Logging, get_logger, start_logging
from fleetprompt.telemetry.metrics import JobTerms, MetricLabels, Metrics
from fleetprompt.telemetry.shared_metrics import MetricsFolder
from fleetprompt.telemetry.trace_settings import TracesError, traces_of
from fleetprompt.telemetry.traces import Traces

__all__ = [
    "JobTerms",
    "Logger",
    "Logging",
    "LoopWatch",
    "MetricLabels",
    "Metrics",
    "MetricsFolder",
    "Traces",
    "TracesError",
    "get_logger",
    "start_logging",
    "traces_of",
]
