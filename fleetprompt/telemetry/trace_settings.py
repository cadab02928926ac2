"""Whether traces are collected: OpenTelemetry's standard variables say so. Until they do, nothing of it is imported."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from fleetprompt.telemetry.traces import Traces

ENDPOINTS: Final = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
PROTOCOLS: Final = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
SPOKEN: Final = "http/protobuf"


class TracesError(Exception):
    """Traces are switched on and cannot be had. The message names the variable or the package."""


def traces_of(environ: Mapping[str, str]) -> Traces:
    """What these variables switch on: an OTLP endpoint, or `OTEL_TRACES_EXPORTER=otlp`, and neither of the two off.

    Raises TracesError.
    """
    exporter = environ.get("OTEL_TRACES_EXPORTER", "otlp" if any(map(environ.get, ENDPOINTS)) else "none")
    if exporter == "none" or environ.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return Traces()
    if exporter != "otlp":
        raise TracesError("OTEL_TRACES_EXPORTER: traces go out as `otlp`, or `none` do.")
    for name in PROTOCOLS:
        if environ.get(name, SPOKEN) != SPOKEN:
            raise TracesError(f"{name}: only {SPOKEN} is spoken.")
    try:
        from fleetprompt.telemetry.opentelemetry_traces import OpenTelemetryTraces
    except ImportError as error:
        raise TracesError(
            f"OpenTelemetry is switched on, and {error.name} is not installed: pip install 'fleetprompt[traces]'."
        ) from error
    return OpenTelemetryTraces(environ)
