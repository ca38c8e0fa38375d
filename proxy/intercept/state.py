"""What the addon knows about one flow, kept in the flow's own metadata so that it lives and dies with it."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from mitmproxy import http

from proxy.auditrecord import Decision as DecisionRecord
from proxy.tap import ResponseTap

_KEY = "tightlip"


@dataclass(frozen=True, slots=True)
class Permit:
    """Leave to send exactly this: the body and headers that were scanned, to the target they were scanned for."""

    body: bytes | None
    headers: tuple[tuple[bytes, bytes], ...]
    target: tuple[str, str, int, str, str]

    @classmethod
    def of(cls, request: http.Request) -> "Permit":
        return cls(request.raw_content, request.headers.fields, _target(request))


Restore = Callable[[str], Sequence[str]]
"""Turns a text message of the vendor's into those that the client gets in its place. Never raises."""


@dataclass(slots=True)
class SocketState:
    """What a flow that becomes a WebSocket carries besides. `restore` may be set at any time while it lives."""

    client_key: str
    restore: Restore | None = None


@dataclass(slots=True)
class FlowState:
    """One request on its way through. `permit` is None until a verdict has been made durable."""

    reference: str
    user: str | None
    peer: str
    started: float = field(default_factory=time.monotonic)
    refusal: str | None = None
    permit: Permit | None = None
    record: DecisionRecord | None = None
    tap: ResponseTap | None = None
    socket: SocketState | None = None

    def permits(self, request: http.Request) -> bool:
        """Whether what would be sent now is the very object that was permitted."""
        permit = self.permit
        return (
            permit is not None
            and request.raw_content is permit.body
            and request.headers.fields == permit.headers
            and _target(request) == permit.target
        )


def flow_state(flow: http.HTTPFlow) -> FlowState | None:
    state = flow.metadata.get(_KEY)
    return state if isinstance(state, FlowState) else None


def attach(flow: http.HTTPFlow, state: FlowState) -> FlowState:
    flow.metadata[_KEY] = state
    return state


def _target(request: http.Request) -> tuple[str, str, int, str, str]:
    return (request.method, request.host, request.port, request.path, request.scheme)
