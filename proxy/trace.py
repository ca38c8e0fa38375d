"""Where the time of a request went, told to whoever collects traces. Off, it costs two empty calls.

What a tracer is given is what is on record already, and moments; which of it leaves is the exporter's closed list.
Nothing of OpenTelemetry is imported until traces are on.
"""

from typing import TYPE_CHECKING, Final, Protocol

from proxy.auditrecord import Decision, Outcome
from proxy.configfile import ConfigError

if TYPE_CHECKING:
    from proxy.configsection import TraceConfig


class Tracer(Protocol):
    """Told of each request in this order. Must not raise and must not wait."""

    def committed(self, reference: str, seconds: float) -> None:
        """Its decision is durable, which took so long."""

    def finished(self, record: Decision, outcome: Outcome, answered: float | None = None) -> None:
        """It has ended; what was kept for it is let go. `answered` is when the first of the vendor's answer came."""

    def close(self) -> None:
        """Sends what waits, for a moment at most."""


class Untraced:
    """Nobody collects."""

    def committed(self, reference: str, seconds: float) -> None: ...
    def finished(self, record: Decision, outcome: Outcome, answered: float | None = None) -> None: ...
    def close(self) -> None: ...


UNTRACED: Final = Untraced()


def tracer_of(traces: "TraceConfig") -> Tracer:
    """The tracer that the configuration asks for. Raises ConfigError when what it takes is not installed."""
    if traces.endpoint is None:
        return UNTRACED
    try:
        from proxy.traceexport import Exporting
    except ImportError as err:
        advice = "pip install 'tightlip[otel]'"
        raise ConfigError(f"traces.endpoint: expected OpenTelemetry, found no {err.name}: {advice}") from err
    return Exporting(traces.endpoint, traces.sample, traces.service)
