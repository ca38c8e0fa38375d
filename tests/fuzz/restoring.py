"""Laws of what puts values back into a reply: it never fails, and without a pseudonym every byte passes as it came.

An input's first byte chooses the API, its second the content type, its third the size of the pieces; the rest is the
reply.
"""

from collections.abc import Sequence

from proxy.formats import FORMATS
from proxy.restore import Restorer, message_restorer
from proxy.restore.lexicon import Lexicon
from tests.proxy.restore.pairs import ELSEWHERE, LEXICON

FORMAT_IDS = sorted(fmt.id for fmt in FORMATS.values() if fmt.replies)
TYPES = ("text/event-stream", "application/json", "application/vnd.amazon.eventstream", "", "text/plain")


def restore(data: bytes) -> None:
    """Any reply in any pieces; by which, changes nothing."""
    if len(data) < 3:
        return
    body, size = data[3:], data[2] % 64 + 1
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    assert _restored(data, ELSEWHERE, [body])[0] == body
    assert _restored(data, ELSEWHERE, pieces)[0] == body
    (whole, gave_up), (cut, gave_up_too) = _restored(data, LEXICON, [body]), _restored(data, LEXICON, pieces)
    assert whole == cut or gave_up or gave_up_too


def _restored(data: bytes, lexicon: Lexicon, pieces: Sequence[bytes]) -> tuple[bytes, bool]:
    fmt, content_type = FORMATS[FORMAT_IDS[data[0] % len(FORMAT_IDS)]], TYPES[data[1] % len(TYPES)]
    restorer = Restorer(fmt, lexicon, content_type)
    passed = b"".join([restorer.feed(piece) for piece in pieces]) + restorer.finish()
    assert not restorer.is_broken
    return passed, restorer.gave_up


def messages(data: bytes) -> None:
    """The messages of a WebSocket, one in each line: as many come out as went in, and in order."""
    said = data.decode(errors="surrogateescape").split("\n")
    for lexicon in (ELSEWHERE, LEXICON):
        restorer = message_restorer(FORMATS["openai.responses"], lexicon)
        passed = [text for message in said for text in restorer.message(message)] + restorer.finish()
        assert len(passed) == len(said)
        assert lexicon is LEXICON or passed == said
