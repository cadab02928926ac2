"""Traces that OpenTelemetry collects and sends over OTLP; imported only where they are switched on."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, SERVICE_VERSION, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Span, SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from fleetprompt import __version__
from fleetprompt.telemetry.traces import RequestSpan, Traces

NAME: Final = "fleetprompt"
CLOSE_S_MAX: Final = 3.0
SERVER_ERROR: Final = 500


class OpenTelemetryTraces(Traces):
    """Spans sent in batches from a thread of their own; sampler, endpoint and headers are OpenTelemetry's variables."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        named = "OTEL_SERVICE_NAME" in environ or f"{SERVICE_NAME}=" in environ.get("OTEL_RESOURCE_ATTRIBUTES", "")
        ours = {SERVICE_VERSION: __version__} | ({} if named else {SERVICE_NAME: NAME})
        self._provider = TracerProvider(resource=Resource.create(ours), shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        self._tracer = self._provider.get_tracer(NAME, __version__)
        self._propagator = TraceContextTextMapPropagator()

    @contextmanager
    def request(self, parent: Mapping[str, str]) -> Iterator[RequestSpan]:
        """The span of a request; a root unless somebody trusted named a parent."""
        context = self._propagator.extract(parent)
        with self._tracer.start_as_current_span(
            "request", context=context, kind=SpanKind.SERVER, record_exception=False, set_status_on_exception=False
        ) as span:
            yield _Request(span)

    @contextmanager
    def span(self, name: str) -> Iterator[None]:
        """A span within the present one."""
        with self._within(name, SpanKind.INTERNAL):
            yield

    @contextmanager
    def exchange(self, statements: Sequence[str]) -> Iterator[None]:
        """A span for one round trip, named for its first and last statement."""
        name = statements[0] if len(statements) == 1 else f"{statements[0]} .. {statements[-1]}"
        with self._within(name, SpanKind.CLIENT) as span:
            span.set_attributes({"db.system.name": "postgresql", "db.operation.name": list(statements)})
            yield

    def close(self) -> None:
        """Send what is not sent yet. A collector that does not answer holds nobody up for long."""
        closing = threading.Thread(target=self._provider.shutdown, name="traces", daemon=True)
        closing.start()
        closing.join(CLOSE_S_MAX)

    @contextmanager
    def _within(self, name: str, kind: SpanKind) -> Iterator[Span]:
        with self._tracer.start_as_current_span(
            name, kind=kind, record_exception=False, set_status_on_exception=False
        ) as span:
            try:
                yield span
            except BaseException as error:  # its message may say what nobody should read
                span.set_status(Status(StatusCode.ERROR))
                span.set_attribute("error.type", type(error).__name__)
                raise


class _Request(RequestSpan):
    def __init__(self, span: Span) -> None:
        self._span = span

    def answered(self, *, operation: str, method: str, status: int, code: str, request_id: str) -> None:
        """Name the span for its operation and note the outcome."""
        self._span.update_name(operation)
        self._span.set_attributes(
            {
                "http.request.method": method,
                "http.response.status_code": status,
                "fleetprompt.outcome": code,
                "fleetprompt.request_id": request_id,
            }
        )
        if status >= SERVER_ERROR:
            self._span.set_status(Status(StatusCode.ERROR))
