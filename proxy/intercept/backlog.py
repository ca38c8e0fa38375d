"""What a client has sent over its WebSocket and nobody has judged yet: in order, and bounded."""

from collections import deque

from mitmproxy import http
from wsproto.frame_protocol import CloseReason

from proxy.intercept.frame import Closing, Whole
from proxy.intercept.socketmessage import SocketMessage

_MESSAGE_BYTES = 512
"""What a waiting message takes besides its content, so that empty ones are bounded too."""


class Backlog:
    """Whole messages and, at the end, what ends them. Once `is_ended` nothing more is taken in."""

    def __init__(self, flow: http.HTTPFlow, limit_bytes: int) -> None:
        self._flow = flow
        self._limit = limit_bytes
        self._waiting: deque[SocketMessage | Closing] = deque()
        self._bytes = 0
        self.is_ended = False

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def add(self, event: Whole | Closing) -> None:
        if isinstance(event, Whole):
            self._add_message(event)
        elif event.fault and event.code == CloseReason.MESSAGE_TOO_BIG:
            self._refuse("too_large", event.code)
        else:
            self._waiting.append(event)
            self.is_ended = True

    def take(self) -> SocketMessage | Closing:
        """The first of them."""
        first = self._waiting.popleft()
        if isinstance(first, SocketMessage) and first.refusal is None:
            self._bytes -= len(first.content) + _MESSAGE_BYTES
        return first

    def clear(self) -> None:
        self._waiting.clear()

    def _add_message(self, whole: Whole) -> None:
        size = len(whole.content) + _MESSAGE_BYTES
        if self._waiting and self._bytes + size > self._limit:
            self._refuse("busy", CloseReason.TRY_AGAIN_LATER)
            return
        self._bytes += size
        self._waiting.append(SocketMessage(self._flow, whole.content, whole.is_text, whole.piece_chars))

    def _refuse(self, reason: str, close_code: int) -> None:
        """The client's stream can't be followed from here on: it is answered, after all that came before, and left."""
        self._waiting.append(SocketMessage(self._flow, b"", refusal=reason, close_code=close_code))
        self.is_ended = True
