"""Traces, received over OTLP from a real server as a collector would (spec 9)."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, Final

import pytest

from fleetprompt.telemetry import Traces, TracesError, traces_of
from tests.support.callers import Caller
from tests.support.databases import Database, Run
from tests.support.servers import Servers, serving

service_pb2 = pytest.importorskip("opentelemetry.proto.collector.trace.v1.trace_service_pb2")

pytestmark = pytest.mark.slow

WITHIN_S: Final = 20
SERVER: Final = 2
CLIENT: Final = 3
ERROR: Final = 2
ANY_ID: Final = re.compile(r"[a-z]{3}_[0-9a-z]{26}|[0-9a-f]{8}-[0-9a-f]{4}-")
PARENT: Final = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


class Collector:
    """Receives OTLP over HTTP."""

    def __init__(self) -> None:
        self.spans: list[Any] = []
        self.services: set[str] = set()
        received = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                received.take(self.path, body)
                self.send_response(200)
                self.send_header("Content-Type", "application/x-protobuf")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self._http = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._http.server_port}"
        threading.Thread(target=self._http.serve_forever, daemon=True).start()

    def take(self, path: str, body: bytes) -> None:
        assert path == "/v1/traces"
        request = service_pb2.ExportTraceServiceRequest.FromString(body)
        for resource in request.resource_spans:
            self.services |= {a.value.string_value for a in resource.resource.attributes if a.key == "service.name"}
            for scope in resource.scope_spans:
                self.spans += scope.spans

    def trace_of(self, name: str, **attributes: str) -> tuple[Any, list[Any]]:
        """The latest request of this operation with everything below it, once it has arrived."""
        give_up_at = time.monotonic() + WITHIN_S
        while True:
            for root in reversed(self.spans):
                if root.name == name and root.kind == SERVER and attributes.items() <= attributes_of(root).items():
                    return root, [s for s in self.spans if s.trace_id == root.trace_id and s is not root]
            assert time.monotonic() < give_up_at, sorted({span.name for span in self.spans})
            time.sleep(0.05)

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()


def attributes_of(span: Any) -> dict[str, str]:
    return {a.key: a.value.string_value or str(a.value.int_value) for a in span.attributes}


@contextmanager
def switched_on(**variables: str) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {"OTEL_BSP_SCHEDULE_DELAY": "100", **variables}.items():
            patch.setenv(name, value)
        yield


@pytest.fixture(scope="module")
def collector() -> Iterator[Collector]:
    opened = Collector()
    yield opened
    opened.close()


@pytest.fixture(scope="module")
async def server(anyio_backend: Any, collector: Collector, database: Database, run: Run) -> Any:
    with (
        switched_on(OTEL_EXPORTER_OTLP_ENDPOINT=collector.url),
        serving(database, run.folder / "logs", processes=1, TRUSTED_PROXIES="127.0.0.1") as started,
    ):
        yield started
        await started.aclose()


async def test_a_read_is_traced_from_the_request_to_its_statement(server: Servers, collector: Collector) -> None:
    await server.people.visitor().get("/v1/public/listings/search", params={"q": "atlas"})
    request, within = collector.trace_of("catalog.search", **{"http.response.status_code": "200"})
    assert attributes_of(request)["fleetprompt.outcome"] == "OK"
    assert attributes_of(request)["http.request.method"] == "GET"
    assert not request.parent_span_id
    wait, statement = sorted(within, key=lambda span: int(span.start_time_unix_nano))
    assert wait.name == "wait for a search connection"
    assert statement.name.startswith("catalog.")
    assert statement.kind == CLIENT
    assert {span.parent_span_id for span in within} == {request.span_id}
    assert request.start_time_unix_nano <= statement.start_time_unix_nano
    assert statement.end_time_unix_nano <= request.end_time_unix_nano
    assert collector.services == {"fleetprompt"}


async def test_a_write_shows_its_round_trips_and_a_refusal_its_outcome(server: Servers, collector: Collector) -> None:
    ada = await server.people.publisher()
    _, within = collector.trace_of("accounts.register")
    names = [span.name for span in within]
    assert any(name.startswith("begin .. ") for name in names), names
    assert any(name.endswith(" .. commit") for name in names), names
    await ada.get("/v1/publisher/listings/lst_01h455vb4pex5vsknk084sn02q")
    refused, _ = collector.trace_of("listings.get_own", **{"fleetprompt.outcome": "NOT_FOUND"})
    assert refused.status.code != ERROR, "the caller's mistake is no failure of the server"


async def test_s_sec_02_no_span_is_named_for_an_id_and_none_carries_a_secret(
    server: Servers, collector: Collector
) -> None:
    ada = await server.people.publisher()
    await ada.get(f"/v1/public/publishers/{ada.publisher_id}")
    collector.trace_of("catalog.publisher")
    assert not [span.name for span in collector.spans if ANY_ID.search(span.name)]
    told = " ".join(str(span) for span in collector.spans)
    assert ada.password not in told
    assert ada.email not in told
    assert str(ada.session_cookie) not in told
    assert str(ada.publisher_id) not in told


async def test_only_a_trusted_proxy_says_which_trace_a_request_is_part_of(
    server: Servers, collector: Collector, database: Database, run: Run
) -> None:
    await server.people.visitor().get("/v1/public/facets", headers={"traceparent": PARENT})
    request, _ = collector.trace_of("catalog.facets")
    assert request.trace_id.hex() == PARENT.split("-")[1]
    assert request.parent_span_id.hex() == PARENT.split("-")[2]
    with (
        switched_on(OTEL_EXPORTER_OTLP_ENDPOINT=collector.url),
        serving(database, run.folder / "logs", processes=1) as untrusting,
    ):
        visitor: Caller = untrusting.people.visitor()
        await visitor.get("/openapi.json", headers={"traceparent": PARENT})
        request, _ = collector.trace_of("service.openapi")
        assert not request.parent_span_id
        assert request.trace_id.hex() != PARENT.split("-")[1]
        await untrusting.aclose()


async def test_a_collector_that_is_away_changes_no_answer_and_holds_up_no_stop(database: Database, run: Run) -> None:
    with (
        switched_on(OTEL_EXPORTER_OTLP_TRACES_ENDPOINT="http://127.0.0.1:9/v1/traces"),
        serving(database, run.folder / "logs", processes=1) as started,
    ):
        visitor = started.people.visitor()
        assert all([(await visitor.get("/healthz")).is_success for _ in range(20)])
        await started.aclose()
        stopping = time.monotonic()
        assert started.processes[0].stop() == 0
        assert time.monotonic() - stopping < 8


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"OTEL_TRACES_EXPORTER": "none", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9"},
        {"OTEL_SDK_DISABLED": "true", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9"},
    ],
)
def test_traces_are_off_unless_the_standard_variables_switch_them_on(environ: dict[str, str]) -> None:
    assert type(traces_of(environ)) is Traces


@pytest.mark.parametrize(
    "environ",
    [
        {"OTEL_TRACES_EXPORTER": "zipkin"},
        {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"},
    ],
)
def test_what_cannot_be_sent_stops_the_start_by_name(environ: dict[str, str]) -> None:
    with pytest.raises(TracesError, match="|".join(name for name in environ if "ENDPOINT" not in name)):
        traces_of(environ)


def test_switched_off_nothing_of_it_is_imported_and_missing_it_is_named() -> None:
    ours = "'fleetprompt.telemetry.opentelemetry_traces', 'opentelemetry.exporter'"
    assert told(f"import sys, fleetprompt.commands.serve; print(sys.modules.keys() & {{{ours}}})") == "set()\n"
    missing = (
        "import sys; sys.modules['opentelemetry.sdk.trace'] = None; from fleetprompt.telemetry import traces_of\n"
        "try: traces_of({'OTEL_TRACES_EXPORTER': 'otlp'})\nexcept Exception as error: print(error)"
    )
    assert "pip install 'fleetprompt[traces]'" in told(missing)


def told(program: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program], env=dict(os.environ), capture_output=True, text=True, timeout=60, check=True
    )
    return done.stdout
