"""Which answer a client gets to a request that does not leave: the vendor's error, an assistant's message, a failure.

Pure. An assistant's message goes to main turns alone: a client that asked for JSON of a schema, as Gemini CLI's router
does, asks for it again and again when it gets prose.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qs

from proxy import respond
from proxy.formats import Format
from proxy.formats.soft import Framing, Soft, SoftShape
from proxy.policy.language import BlockStyle
from proxy.replies import anthropic, bedrock, cohere, framing, gemini, ollama, openai, socket
from proxy.replies.asked import Document, document_of, is_bound, is_codex, is_side, wants_events
from proxy.replies.page import opens_page, page
from proxy.replies.said import Event, Members, Said
from proxy.verdict import WEBSOCKET, Reply, Request

_UNNAMED: Final = "tightlip"
"""The model of a reply where the request's can't be told."""

_FINAL: Final = frozenset({400, 413, 415})
"""Statuses of requests that would be refused again."""

_WANTS_PASSWORD: Final = 407
"""What a browser asks its user for by itself."""


@dataclass(frozen=True, slots=True)
class _Shape:
    whole: Callable[[Said], Members]
    events: Callable[[Said], Iterator[Event]]
    end: bytes = b""
    """What follows the events of a stream."""


_SHAPES: Final = {
    SoftShape.CHAT: _Shape(openai.chat, openai.chat_events, framing.DONE),
    SoftShape.COMPLETIONS: _Shape(openai.completion, openai.completion_events, framing.DONE),
    SoftShape.RESPONSES: _Shape(openai.response, openai.response_events),
    SoftShape.MESSAGES: _Shape(anthropic.message, anthropic.message_events),
    SoftShape.GENERATE: _Shape(gemini.generated, gemini.generated_events),
    SoftShape.CODE_ASSIST: _Shape(gemini.assisted, gemini.assisted_events),
    SoftShape.CONVERSE: _Shape(bedrock.conversed, bedrock.conversed_events),
    SoftShape.COHERE: _Shape(cohere.chat, cohere.chat_events),
    SoftShape.OLLAMA_CHAT: _Shape(ollama.chat, ollama.chat_events),
    SoftShape.OLLAMA_GENERATE: _Shape(ollama.generated, ollama.generated_events),
}


@dataclass(frozen=True, slots=True)
class Answers:
    """What answers depend on besides the request: how the policy wants blocks told, and the time, in seconds."""

    style: BlockStyle = "error"
    time: float = 0.0

    def block(
        self, request: Request, fmt: Format, text: str, data: bytes, model: str, found_at: Collection[str] = ()
    ) -> Reply:
        """The answer to a request that policy blocks. `data` is its decoded body, `model` what it names, if clean.

        `found_at` are the pointers of what was found in it.
        """
        document = document_of(data)
        said = self._said(request, text, model)
        has_reply = self.style == "reply" and document is not None and not is_bound(document)
        as_reply = has_reply and not is_side(request, document or {})
        if request.method == WEBSOCKET:
            event_id = None if "/event_id" in found_at else socket.event_id_of(document or {})
            return _over_socket(fmt, said, event_id, as_reply=as_reply)
        soft = fmt.soft_for(request.method, request.target) if as_reply else None
        if soft is None or document is None:
            return self.refusal(request, fmt, text, document=document)
        media, body = _spoken(soft, request, document, said)
        return _reply(request, media, body)

    def refusal(
        self, request: Request, fmt: Format, text: str, status: int = 400, *, document: Document | None = None
    ) -> Reply:
        """The vendor's error; a page for who opens one in a browser.

        For Codex over HTTP a response that fails, since it shows an error's JSON and all.
        """
        if request.method == WEBSOCKET:
            return _over_socket(fmt, self._said(request, text, ""), status=status)
        if status in _FINAL and _takes_failure(request, fmt, document):
            events = openai.failed_events(self._said(request, text, ""))
            return _reply(request, framing.SSE, framing.sse(events))
        if status != _WANTS_PASSWORD and opens_page(request):
            return page(text, request.reference, status)
        content_type = request.header(b"content-type")
        return respond.blocked(fmt.error_shape, text, request.reference, status, content_type=content_type)

    def _said(self, request: Request, text: str, model: str) -> Said:
        encodable = text.encode("utf-8", "replace").decode("utf-8")
        return Said(encodable, request.reference, model or _UNNAMED, self.time)


def _over_socket(
    fmt: Format, said: Said, event_id: str | None = None, *, as_reply: bool = False, status: int = 400
) -> Reply:
    return Reply(status, (), b"", socket.frames(fmt, said, event_id, as_reply=as_reply))


def _takes_failure(request: Request, fmt: Format, document: Document | None) -> bool:
    soft = fmt.soft_for(request.method, request.target)
    is_response = soft is not None and soft.shape is SoftShape.RESPONSES
    return is_response and is_codex(request) and wants_events(request, document)


def _spoken(soft: Soft, request: Request, document: Document, said: Said) -> tuple[str, bytes]:
    """The media type and the body of a message in the framing that was asked for."""
    shape = _SHAPES[soft.shape]
    match soft.framing:
        case Framing.ASKED if document.get("stream") is True:
            return framing.SSE, framing.sse(shape.events(said)) + shape.end
        case Framing.ALT if _wants_sse(request.target):
            return framing.SSE, framing.sse(shape.events(said)) + shape.end
        case Framing.ALT:
            return framing.JSON, framing.array(shape.events(said))
        case Framing.LINES if document.get("stream") is not False:
            return framing.NDJSON, framing.lines(shape.events(said))
        case Framing.EVENT_STREAM:
            return framing.EVENT_STREAM, framing.event_stream(shape.events(said))
        case Framing.CHUNKS:
            return framing.EVENT_STREAM, framing.chunks(shape.events(said))
        case _:
            return framing.JSON, framing.whole(shape.whole(said))


def _wants_sse(target: str) -> bool:
    return "sse" in parse_qs(target.partition("?")[2]).get("alt", ())


def _reply(request: Request, media: str, body: bytes) -> Reply:
    headers = {
        "content-type": media,
        "content-length": str(len(body)),
        "cache-control": "no-store",
        "x-tightlip-reference": request.reference,
    }
    return Reply(200, tuple((name.encode(), value.encode("ascii", "replace")) for name, value in headers.items()), body)
