"""A reply's bytes in, the same bytes with the developer's values out: the choice of a framing, and what a fault costs.

Never raises. Whatever can't be read passes on as it came: then the developer sees a pseudonym, and nothing is lost.
"""

import re
from collections.abc import Sequence
from typing import Final, Protocol

from proxy.decoding import bounded_decoder
from proxy.formats import Format
from proxy.restore.events import Events
from proxy.restore.frame import EventStreamCutter, JsonCutter, SseCutter
from proxy.restore.lexicon import Lexicon, lexicon_of
from proxy.restore.pair import Pair
from proxy.restore.prose import Prose
from proxy.restore.remark import Remark

_EVENTS: Final = "text/event-stream"
_AMAZON: Final = "application/vnd.amazon.eventstream"
_JSON: Final = re.compile(r".*/(?:.*\+)?(?:x-)?(?:json|ndjson|jsonl|jsonlines|json-lines|json-stream|json-seq)")
_UNTOLD: Final = frozenset({"", "text/plain", "application/octet-stream"})
"""Types that say nothing: the first bytes do."""

_FIRST_BYTES: Final = 9  # a mark and `event:`, the longest that tells
_SSE_START: Final = re.compile(rb"(?:\xef\xbb\xbf)?(?:data|event|id|retry)?:")


class _Body(Protocol):
    """What reads one framing. Never raises."""

    @property
    def gave_up(self) -> bool: ...

    @property
    def restored(self) -> int: ...

    def feed(self, chunk: bytes) -> bytes: ...

    def finish(self) -> bytes: ...


class Restorer:
    """One reply's restorer: `feed` is a stream callable, `finish` is for its end.

    Takes the pairs of the conversation, or a Lexicon of them, which is worth keeping: to make one of 4,000 takes 10 ms.
    With `is_untouched` every chunk comes out as it went in. Otherwise what comes out has no content coding any more,
    and another length: the headers that tell of them must go. `gave_up`: from some point on nothing was restored.
    `is_broken`: the coding was damaged, and what followed is missing. A `remark` is put in front of what is said first.
    """

    def __init__(
        self,
        fmt: Format,
        pairs: Sequence[Pair] | Lexicon,
        content_type: str,
        content_encoding: str = "",
        remark: Remark | None = None,
    ) -> None:
        self.is_broken = False
        self._decode = bounded_decoder(content_encoding)
        has_work = fmt.replies and (pairs or remark is not None) and self._decode is not None
        self._body = _body(fmt, lexicon_of(pairs), content_type, remark) if has_work else None

    @property
    def is_untouched(self) -> bool:
        return self._body is None

    @property
    def gave_up(self) -> bool:
        return self._body is not None and self._body.gave_up

    @property
    def restored(self) -> int:
        """How many pseudonyms were replaced so far."""
        return 0 if self._body is None else self._body.restored

    def feed(self, chunk: bytes) -> bytes:
        if self._body is None:
            return chunk
        if self._decode is None or not chunk:
            return b""
        pieces = []
        try:
            for piece in self._decode(chunk):
                pieces.append(self._body.feed(piece))
        except Exception:  # a damaged coding or a bomb, each library with its own exceptions
            self._decode, self.is_broken = None, True
        return b"".join(pieces)

    def finish(self) -> bytes:
        """What was held back. Nothing may be fed after it."""
        return b"" if self._body is None else self._body.finish()


def _body(fmt: Format, lexicon: Lexicon, content_type: str, remark: Remark | None) -> _Body | None:
    media = content_type.partition(";")[0].strip().lower()
    if media in _UNTOLD:
        return _Untold(fmt, lexicon, remark)
    if media == _EVENTS:
        return Events(fmt, lexicon, SseCutter(), remark)
    if media == _AMAZON:
        return Events(fmt, lexicon, EventStreamCutter(), remark)
    return Events(fmt, lexicon, JsonCutter(), remark) if _JSON.fullmatch(media) else None


class _Untold:
    """A body whose type says nothing: its first bytes choose what reads it."""

    def __init__(self, fmt: Format, lexicon: Lexicon, remark: Remark | None) -> None:
        self._format = fmt
        self._lexicon = lexicon
        self._remark = remark
        self._first = b""
        self._body: _Body | None = None

    @property
    def gave_up(self) -> bool:
        return self._body is not None and self._body.gave_up

    @property
    def restored(self) -> int:
        return 0 if self._body is None else self._body.restored

    def feed(self, chunk: bytes) -> bytes:
        if self._body is not None:
            return self._body.feed(chunk)
        self._first += chunk
        return self._choose() if len(self._first.lstrip()) >= _FIRST_BYTES else b""

    def finish(self) -> bytes:
        begun = self._choose() if self._body is None else b""
        return begun if self._body is None else begun + self._body.finish()

    def _choose(self) -> bytes:
        first, self._first = self._first, b""
        begin = first.lstrip()
        if begin.startswith((b"{", b"[")):
            self._body = Events(self._format, self._lexicon, JsonCutter(), self._remark)
        elif _SSE_START.match(begin):
            self._body = Events(self._format, self._lexicon, SseCutter(), self._remark)
        elif any(not channel.path for channel in self._format.replies):
            self._body = Prose(self._lexicon)
        else:
            self._body = Events(self._format, self._lexicon, JsonCutter(), self._remark)  # passes what is no object
        return self._body.feed(first)
