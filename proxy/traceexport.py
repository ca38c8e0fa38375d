"""Traces by OpenTelemetry, sent as OTLP over HTTP; the only importer of opentelemetry, imported when traces are on.

A request's spans are made when it has ended, from moments that were noted on its way: no context is carried through
the proxy, and a request that never ends leaves nothing behind. Their attributes are ids, codes and counts of our own;
neither a host, a path, a model nor a name of anyone is among them, and no header of a request is read or written.
The standard OTEL_EXPORTER_OTLP_HEADERS, _CERTIFICATE and _COMPRESSION hold for how they are sent.
"""

import threading
import zlib
from collections import OrderedDict
from typing import Final

import requests
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ALWAYS_ON
from opentelemetry.trace import Span, SpanKind, Status, StatusCode, Tracer, set_span_in_context
from opentelemetry.util.types import AttributeValue

from proxy import __version__
from proxy.auditrecord import Decision, Outcome

SEND_SECONDS: Final = 2.0
"""For one batch, tries included. A collector that is slower costs spans, never requests."""
CLOSE_SECONDS: Final = 3.0
WAITING_SPANS: Final = 8192  # about 8 MiB; what comes on top is dropped
BATCH_SPANS: Final = 512
BATCH_MILLIS: Final = 1000.0
OPEN_REQUESTS: Final = 65_536
_ALL: Final = 1 << 32
_FAILED: Final = frozenset({"upstream_failed", "connection_lost", "cut", "unknown"})


class Exporting:
    """A tracer that sends to one collector, from a thread of its own."""

    def __init__(self, endpoint: str, sample: float, service: str, *, batch_millis: float = BATCH_MILLIS) -> None:
        session = requests.Session()
        session.trust_env = False  # a proxy variable could lead the spans anywhere, back to us too
        exporter = OTLPSpanExporter(endpoint, timeout=SEND_SECONDS, session=session)
        # The constructor takes these alone; `Resource.create` would add what the environment says.
        resource = Resource({"service.name": service, "service.version": __version__})
        self._provider = TracerProvider(sampler=ALWAYS_ON, resource=resource, shutdown_on_exit=False)
        self._provider.add_span_processor(
            BatchSpanProcessor(exporter, WAITING_SPANS, batch_millis, BATCH_SPANS, SEND_SECONDS * 1000)
        )
        self._tracer = self._provider.get_tracer("tightlip", __version__)
        self._sample = sample
        self._open: OrderedDict[str, float] = OrderedDict()

    def committed(self, reference: str, seconds: float) -> None:
        if not is_sampled(reference, self._sample):
            return
        self._open[reference] = seconds
        if len(self._open) > OPEN_REQUESTS:
            self._open.popitem(last=False)

    def finished(self, record: Decision, outcome: Outcome, answered: float | None = None) -> None:
        audit_seconds = self._open.pop(record.request, None)
        if audit_seconds is not None:
            _tell(self._tracer, record, outcome, audit_seconds, answered)

    def close(self) -> None:
        closing = threading.Thread(target=self._provider.shutdown, name="traces", daemon=True)
        closing.start()
        closing.join(CLOSE_SECONDS)


def is_sampled(reference: str, sample: float) -> bool:
    """Whether a request belongs to the traced share: by its reference, so that every process says the same."""
    return zlib.crc32(reference.encode()) < sample * _ALL


def _tell(tracer: Tracer, record: Decision, outcome: Outcome, audit_seconds: float, answered: float | None) -> None:
    ended = outcome.time
    started = min(ended - (outcome.seconds or 0.0), record.time)
    decided = min(record.time, ended)
    durable = min(decided + audit_seconds, ended)
    told = _attributes(record, outcome)
    root = tracer.start_span("request", Context(), SpanKind.SERVER, told, start_time=_nanoseconds(started))
    below = set_span_in_context(root, Context())

    def begin(name: str, start: float, kind: SpanKind = SpanKind.INTERNAL) -> Span:
        return tracer.start_span(name, below, kind, start_time=_nanoseconds(start))

    begin("scan", max(decided - record.scan_seconds, started)).end(_nanoseconds(decided))
    begin("audit", decided).end(_nanoseconds(durable))
    if record.forwarded_bytes is not None:
        upstream = begin("upstream", durable, SpanKind.CLIENT)
        if answered is not None:
            upstream.add_event("first byte", timestamp=_nanoseconds(answered))
        upstream.end(_nanoseconds(ended))
    if outcome.result in _FAILED:
        root.set_status(Status(StatusCode.ERROR, outcome.result))
    root.end(_nanoseconds(ended))


def _attributes(record: Decision, outcome: Outcome) -> dict[str, AttributeValue]:
    """The closed list. What a request says of itself (host, path, model, user, client) is not on it."""
    told: dict[str, AttributeValue | None] = {
        "tightlip.reference": record.request,
        "tightlip.vendor": record.vendor,
        "tightlip.format": record.format,
        "tightlip.decision": record.decision,
        "tightlip.reason": record.reason or None,
        "tightlip.policy": record.policy,
        "tightlip.edition": record.edition,
        "tightlip.result": outcome.result,
        "tightlip.findings": len(record.findings),
        "tightlip.request_bytes": record.request_bytes,
        "tightlip.forwarded_bytes": record.forwarded_bytes,
        "tightlip.response_bytes": outcome.response_bytes,
        "http.response.status_code": outcome.status,
    }
    return {name: value for name, value in told.items() if value is not None}


def _nanoseconds(moment: float) -> int:
    return int(moment * 1e9)
