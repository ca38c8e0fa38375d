"""A line of Tightlip's own in a model's reply: what it says, and how it is known again when a client resends it.

Pure. The line names its request and carries a keyed mark, so nothing that a model wrote is ever taken for one.
"""

import hashlib
import hmac
import re
from collections.abc import Iterator
from typing import Final

_MARK_DIGITS: Final = 8
_LEAD: Final = "[Tightlip: "
_END: Final = "\n\n"
_LINE: Final = re.compile(
    rf"\[Tightlip: ([^\[\]\r\n]{{1,1000}} \([A-Za-z0-9_-]{{1,64}})\.([0-9a-f]{{{_MARK_DIGITS}}})\)\](?:\r?\n){{0,2}}"
)
_NOT_IN_A_LINE: Final = re.compile(r"[\[\]\x00-\x1f\x7f-\x9f\u2028\u2029]")


def notice(text: str, reference: str, key: bytes) -> str:
    """The line that says `text` of the request called `reference`, with what parts it from what follows."""
    said = f"{_NOT_IN_A_LINE.sub(' ', text)[:1000]} ({reference}"
    return f"{_LEAD}{said}.{_mark(said, key)})]{_END}"


def notices(text: str, key: bytes) -> Iterator[tuple[int, int]]:
    """Where such lines stand in a text."""
    if _LEAD not in text:
        return
    for line in _LINE.finditer(text):
        if hmac.compare_digest(line[2], _mark(line[1], key)):
            yield line.span()


def _mark(said: str, key: bytes) -> str:
    digest = hashlib.blake2b(said.encode("utf-8", "surrogatepass"), key=key[:64], digest_size=16, person=b"notice")
    return digest.hexdigest()[:_MARK_DIGITS]
