"""What the addon knows about one flow, kept in the flow's own metadata so that it lives and dies with it."""

import time
from dataclasses import dataclass, field, replace

from mitmproxy import http

from proxy import metrics
from proxy.profile import Identity, Profile
from proxy.restore import Lexicon, MessageRestorer, Remark
from proxy.tap import ResponseTap
from proxy.terms import Terms
from proxy.verdict import Headers

_KEY = "tightlip"
_SPENT = bytes(bytearray(b"spent"))
"""A body that no request has."""


@dataclass(frozen=True, slots=True)
class Permit:
    """Leave to send exactly this: the body and headers that were scanned, to the target they were scanned for.

    It was `given` at that moment of the monotonic clock.
    """

    body: bytes | None
    headers: tuple[tuple[bytes, bytes], ...]
    target: tuple[str, str, int, str, str]
    given: float = field(default_factory=time.monotonic, compare=False)

    @classmethod
    def of(cls, request: http.Request) -> "Permit":
        return cls(request.raw_content, request.headers.fields, _target(request))


@dataclass(slots=True)
class SocketState:
    """What a flow that becomes a WebSocket carries besides. `restorer` is None until there is something to restore."""

    client_key: str
    restorer: MessageRestorer | None = None

    def restored(self, text: bytes) -> list[bytes]:
        """What the client gets for a text message of the vendor's: itself, none yet, or all that waited for it."""
        return [text] if self.restorer is None else [_utf8(one) for one in self.restorer.message(text.decode("utf-8"))]

    def held_back(self) -> list[bytes]:
        """What waited for messages that won't come any more."""
        if self.restorer is None:
            return []
        texts = [_utf8(text) for text in self.restorer.finish()]
        metrics.restored(self.restorer.restored, self.restorer.gave_up)
        return texts


@dataclass(slots=True)
class FlowState:
    """One request on its way through. `permit` is None until a verdict has been made durable.

    `edition` is the one that was in force when its headers arrived; it stays the request's own to its end.
    `answered` is when the vendor's answer began, in seconds since the epoch.
    `hints` are headers that tell which code it is about, and that messages of a WebSocket come without.
    `on_record` is the reference under which its decision is on record, and its outcome not yet. `lexicon` is what
    becomes values again in the reply; `warned` and `remark` are what its user is told with it. `is_cut` when it is the
    proxy that breaks it off.
    """

    reference: str
    identity: Identity | None
    peer: str
    edition: Terms
    hints: Headers = ()
    started: float = field(default_factory=time.monotonic)
    answered: float | None = None
    refusal: str | None = None
    permit: Permit | None = None
    on_record: str = ""
    lexicon: Lexicon | None = None
    tap: ResponseTap | None = None
    socket: SocketState | None = None
    warned: tuple[str, ...] = ()
    remark: Remark | None = None
    is_cut: bool = False

    @property
    def user(self) -> str | None:
        return self.identity.name if self.identity else None

    @property
    def profile(self) -> Profile:
        return self.identity.profile(self.peer) if self.identity else Profile(address=self.peer)

    def ended(self, result: str) -> str:
        """The result code of a request that ended so."""
        return "cut" if self.is_cut and result == "connection_lost" else result

    def answer_begins(self, host: str) -> None:
        """The vendor's reply to a permitted request has begun."""
        self.answered = time.time()
        if self.permit is not None:
            vendor = self.edition.vendor_for(host)
            seconds = time.monotonic() - self.permit.given
            metrics.observe_upstream(seconds, vendor.id if vendor else "other", self.reference)

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


def let_go(flow: http.HTTPFlow) -> int:
    """Frees a body that was sent or refused, and voids its permit; the bytes that were freed."""
    size = len(flow.request.raw_content or b"")
    flow.request.data.content = None
    state = flow_state(flow)
    if state is not None and state.permit is not None:
        state.permit = replace(state.permit, body=_SPENT)
    return size


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "replace")


def _target(request: http.Request) -> tuple[str, str, int, str, str]:
    return (request.method, request.host, request.port, request.path, request.scheme)
