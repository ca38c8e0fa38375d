"""A collector of traces on loopback: takes OTLP over HTTP and keeps the spans."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


class Collector:
    """Serves while open. `status` is what it answers; `bodies` are what it was sent, byte for byte."""

    def __init__(self, status: int = 200) -> None:
        self.bodies: list[bytes] = []
        self.paths: set[str] = set()
        collector = self

        class Request(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                collector.paths.add(self.path)
                collector.bodies.append(body)
                self.send_response(status)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                """Not worth a line each."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Request)
        self.endpoint = f"http://127.0.0.1:{self._server.server_address[1]}/v1/traces"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def spans(self) -> list[Any]:
        found = [resource for body in list(self.bodies) for resource in _read(body)]
        return [span for resource in found for scope in resource.scope_spans for span in scope.spans]

    @property
    def resource(self) -> dict[str, str]:
        (first, *_) = _read(self.bodies[0])
        return {one.key: one.value.string_value for one in first.resource.attributes}


def attributes(span: Any) -> dict[str, Any]:
    return {one.key: getattr(one.value, one.value.WhichOneof("value")) for one in span.attributes}


def _read(body: bytes) -> Any:
    return ExportTraceServiceRequest.FromString(body).resource_spans
