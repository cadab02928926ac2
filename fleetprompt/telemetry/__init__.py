"""What the server tells its operators: logs without secrets, and metrics without identities (spec 9)."""

from fleetprompt.telemetry.logs import Logger, Logging, get_logger, start_logging
from fleetprompt.telemetry.metrics import MetricLabels, Metrics

__all__ = ["Logger", "Logging", "MetricLabels", "Metrics", "get_logger", "start_logging"]
