"""One message of a client's WebSocket on its way through: judged like a request, put on record, permitted or answered.

The addon here fills in a message that `websocket.py` holds back. What it does not fill in, for whatever reason, is not
sent: the layer looks at the permit alone.
"""

import contextlib
import time
from dataclasses import dataclass, field

import structlog
from mitmproxy import http
from mitmproxy.proxy import commands

from proxy import metrics
from proxy.audit import AuditUnavailable
from proxy.formats import Format
from proxy.intercept.sender import Senders
from proxy.intercept.state import FlowState, SocketState, flow_state
from proxy.judge import Ending, Judge, Judgement, Superseded, remark_of
from proxy.reason import Reason
from proxy.reference import new_reference
from proxy.restore import Lexicon, Remark, message_restorer
from proxy.tap import ResponseTap
from proxy.terms import Terms
from proxy.verdict import WEBSOCKET, Decision, Reply, Request

_log = structlog.get_logger()


class Exchange:
    """A message on record and what comes back until the next one, or until its answer is whole. Raises nothing."""

    def __init__(self, judge: Judge, reference: str, fmt: Format, started: float) -> None:
        self._judge = judge
        self._reference = reference
        self._tap = ResponseTap(fmt)
        self._started = started

    def feed(self, content: bytes) -> None:
        """Counts a message that the vendor sent."""
        self._tap.feed(content)

    def end(self, result: str) -> None:
        """Records how it ended; once."""
        reference, self._reference = self._reference, ""
        if not reference:
            return
        try:
            tapped = None if result == "blocked" else self._tap.result()
            self._judge.finish(reference, Ending(result, None, time.monotonic() - self._started, tapped))
        except Exception as err:  # the record of an outcome that is lost is closed as unknown at the next start
            report("outcome", err)


@dataclass(slots=True, eq=False)
class SocketMessage:
    """A whole message. `permit` is None until a verdict has been made durable; `reply` is for one that has none.

    `refusal` is a closed reason code when the message was given up before it was whole; `close_code` then ends the
    connection once that has been answered. `is_abandoned` when nobody waits for it any more.
    """

    flow: http.HTTPFlow
    content: bytes = field(repr=False)
    is_text: bool = True
    piece_chars: int | None = None
    refusal: str | None = None
    close_code: int | None = None
    permit: bytes | None = field(default=None, repr=False)
    reply: Reply | None = field(default=None, repr=False)
    reference: str = ""
    exchange: Exchange | None = None
    is_abandoned: bool = False

    @property
    def is_permitted(self) -> bool:
        """Whether what would be sent now is the very object that was permitted."""
        return self.permit is not None and self.permit is self.content


@dataclass
class MessageArrivedHook(commands.StartHook):
    """A client's message waits for its permit."""

    message: SocketMessage


class Messages:
    """The mitmproxy addon that answers the hook."""

    def __init__(self, judge: Judge, senders: Senders) -> None:
        self._judge = judge
        self._senders = senders

    async def message_arrived(self, message: SocketMessage) -> None:
        try:
            await self._answer(message)
        except BaseException as err:  # CancelledError too: the layer waits, and blocks what has no permit
            message.permit = None
            report("message_arrived", err)

    async def _answer(self, message: SocketMessage) -> None:
        started = time.monotonic()
        state = flow_state(message.flow)
        if state is None or state.socket is None:
            return
        if state.identity is not None:
            state.identity = await self._senders.renewed(state.identity)
        if state.identity is None and self._senders.are_named:
            message.refusal = message.refusal or Reason.AUTH_REQUIRED
        request = as_request(message, state)
        message.reference = request.reference
        try:
            edition, judgement = await self._judged(request, message, state)
        except AuditUnavailable:
            message.reply = self._judge.edition.refusal_reply(request, "audit_unavailable")
            return
        verdict = judgement.verdict
        fmt = edition.format_of(WEBSOCKET, request.host, request.target)
        message.exchange = Exchange(self._judge, request.reference, fmt, started)
        if message.is_abandoned:
            message.exchange.end("connection_lost")
            return
        if verdict.decision is Decision.BLOCK:
            message.reply = verdict.reply
            return
        if verdict.body is not None:
            message.content = verdict.body
        remark = remark_of(self._judge, request, verdict, state.user or state.peer, edition)
        self._renew(state.socket, fmt, judgement.lexicon, remark)
        metrics.observe_added_latency(time.monotonic() - started, request.reference)
        message.permit = message.content

    def _renew(self, socket: SocketState, fmt: Format, lexicon: Lexicon | None, remark: Remark | None) -> None:
        """The vendor may answer with any pseudonym it has been given up to now."""
        if socket.restorer is not None:
            socket.restorer.renew(lexicon or ())
        elif lexicon or remark is not None:
            socket.restorer = message_restorer(fmt, lexicon or ())
        if socket.restorer is not None and remark is not None:
            socket.restorer.remark(remark)

    async def _judged(self, request: Request, message: SocketMessage, state: FlowState) -> tuple[Terms, Judgement]:
        """Each message takes the edition in force. Its head was sent with the upgrade."""
        while True:
            edition = self._judge.edition
            with contextlib.suppress(Superseded):
                return edition, await self._judge.judge(
                    request, state.user or state.peer, edition.number, message.refusal, head_is_sent=True
                )

    def refusal(self, message: SocketMessage, reason: str) -> Reply:
        """The answer to a message that no verdict was had for."""
        edition = self._judge.edition
        state = flow_state(message.flow) or FlowState(new_reference(), None, "", edition)
        return edition.refusal_reply(as_request(message, state), reason)


def as_request(message: SocketMessage, state: FlowState) -> Request:
    """The message as the pipeline reads it. Of the upgrade's headers only the client's name, for the record."""
    request = message.flow.request
    agents = ((name, value) for name, value in request.headers.fields if name.lower() == b"user-agent")
    return Request(
        method=WEBSOCKET,
        scheme=request.scheme,
        host=request.host.rstrip(".").lower(),
        port=request.port,
        target=request.path,
        headers=tuple(agents),
        body=message.content,
        user=state.user,
        reference=new_reference(),
        profile=state.profile,
        hints=state.hints,
    )


def report(where: str, err: BaseException) -> None:
    """Says that something failed; the exception's text may quote content and is not logged."""
    metrics.hook_failed(where)
    _log.error("hook failed", hook=where, exception=type(err).__name__)
