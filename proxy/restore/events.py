"""A body of events from bytes to bytes, and the messages of a WebSocket: a fault ends the restoring, not the reply.

What follows a fault passes on as it came, what waited before it first.
"""

from collections.abc import Sequence

from proxy.formats import Format
from proxy.restore.frame import Cutter, Frame
from proxy.restore.lexicon import Lexicon, lexicon_of
from proxy.restore.pair import Pair
from proxy.restore.remark import Remark
from proxy.restore.stream import MAX_EVENT_BYTES, Stream


class Events:
    """A reply's body. `gave_up`: from some point on nothing was restored."""

    def __init__(self, fmt: Format, lexicon: Lexicon, cutter: Cutter, remark: Remark | None = None) -> None:
        self.gave_up = False
        self._cutter = cutter
        self._stream = Stream(fmt, lexicon, remark)

    @property
    def restored(self) -> int:
        return self._stream.restored

    def feed(self, chunk: bytes) -> bytes:
        if self.gave_up:
            return chunk
        try:
            frames = self._cutter.feed(chunk)
        except ValueError:
            return self._give_up([])
        passed = self._pass(frames)
        if self._cutter.rest_bytes > MAX_EVENT_BYTES and not self.gave_up:
            passed += self._give_up([])
        return passed

    def finish(self) -> bytes:
        if self.gave_up:
            return b""
        passed = self._pass(self._cutter.finish())
        return passed if self.gave_up else passed + b"".join(self._stream.end())

    def _pass(self, frames: Sequence[Frame]) -> bytes:
        passed: list[bytes] = []
        for number, frame in enumerate(frames):
            try:
                passed += self._stream.push(frame)
            except Exception:  # too much, or a fault of ours: the reply goes on
                return b"".join(passed) + self._give_up(frames[number:])
        return b"".join(passed)

    def _give_up(self, frames: Sequence[Frame]) -> bytes:
        self.gave_up = True
        return b"".join((*self._stream.abandon(), *(frame.raw for frame in frames), self._cutter.rest))


class MessageRestorer:
    """The vendor's text messages of one connection, in order. `gave_up`: from some point on nothing was restored."""

    def __init__(self, fmt: Format, pairs: Sequence[Pair] | Lexicon) -> None:
        self.gave_up = False
        self._stream = Stream(fmt, lexicon_of(pairs))

    @property
    def restored(self) -> int:
        return self._stream.restored

    def renew(self, pairs: Sequence[Pair] | Lexicon) -> None:
        """Take these pairs for the texts that begin from now on: the client has sent more since."""
        self._stream.lexicon = lexicon_of(pairs)

    def remark(self, remark: Remark) -> None:
        """Have this said with the next answer, too, if the one before could not be."""
        self._stream.remark = remark

    def message(self, text: str) -> list[str]:
        """Return the messages that can go on now: often this one, none while it waits, or all that waited for it."""
        if self.gave_up or not self._stream.has_work:
            return [text]
        raw = text.encode(errors="surrogatepass")
        try:
            return _texts(self._stream.push(Frame(raw, 0, len(raw))))
        except Exception:  # too much, or a fault of ours: the messages go on
            self.gave_up = True
            return [*_texts(self._stream.abandon()), text]

    def finish(self) -> list[str]:
        """Return the messages that waited for more, now that the connection is over."""
        return [] if self.gave_up else _texts(self._stream.end())


def message_restorer(fmt: Format, pairs: Sequence[Pair] | Lexicon) -> MessageRestorer:
    return MessageRestorer(fmt, pairs)


def _texts(messages: Sequence[bytes]) -> list[str]:
    return [message.decode(errors="surrogatepass") for message in messages]
