"""A developer's word for content that policy blocks: the code that a block offers, and the line that gives a reason.

    tightlip: allow K7QF because the card number is the bank's published test number

Pure: how a code is drawn and such a line read. Which codes stand open is the front's business (`codes.py`), what one
lets through the inspection's.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

CODE_CHARS: Final = 4
REASON_CHARS: Final = range(10, 301)

_ALPHABET: Final = "23456789BCDFGHJKLMNPQRSTVWXZ"
"""Nothing that looks like something else when it is read or typed, and no vowels to make words of."""

_MARKS: Final = ("tightlip", "Tightlip", "TIGHTLIP")

_LINE: Final = re.compile(
    r"""
    ^ (?P<open> [ \t>]* ["'`]? )                    # a client may put a prompt in quotes
    (?:tightlip|Tightlip|TIGHTLIP) : [ \t]* (?i:allow) [ \t]+
    (?P<code> [A-Za-z0-9]{4} ) (?![A-Za-z0-9])
    (?: [ \t]* [,:]? [ \t]* (?i:because) [ \t:]+ (?P<reason> [^\r\n]*) | [^\r\n]* )
    """,
    re.MULTILINE | re.VERBOSE,
)


_LEAD: Final = "`tightlip: allow "
_SHOWN: Final = re.compile(f"{_LEAD}([A-Z0-9]{{4}}) because ")
"""A code as a block tells it."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What a code lets through: values by their fingerprints, and a request that this clause of policy stops."""

    code: str
    fingerprints: frozenset[str] = frozenset()
    clause: str = ""


NO_ROOM: Final = Offer("")
"""In the place of an offer where policy would take a reason, and the request has no room for one."""


@dataclass(frozen=True, slots=True)
class Justification:
    """A code that was used, why, and the clause that it lifted. The reason was scanned, and holds no finding.

    `mark` is a keyed hash of it, `turn` where in the conversation the request stands, None for one that a client sends
    on its own behalf: requests with one code and mark at one turn are one use.
    """

    code: str
    reason: str = field(repr=False)
    clause: str
    mark: str
    turn: int | None = None

    def recorded(self) -> dict[str, str]:
        return {"code": self.code, "reason": self.reason, "clause": self.clause}


@dataclass(frozen=True, slots=True)
class Directive:
    """A line that sends a code back. `start:end` of its text is what the vendor is not shown; `because` its reason."""

    start: int
    end: int
    code: str
    reason: str = field(repr=False)
    because: tuple[int, int]


def code_for(key: bytes, reference: str) -> str:
    """The code that the block of this reference offers: nobody without the key can tell it beforehand."""
    digest = hashlib.blake2b(reference.encode(), key=key[:64], digest_size=16, person=b"justification").digest()
    drawn = int.from_bytes(digest)
    chars = []
    for _ in range(CODE_CHARS):
        drawn, index = divmod(drawn, len(_ALPHABET))
        chars.append(_ALPHABET[index])
    return "".join(chars)


def directives(text: str) -> Iterator[Directive]:
    """The directives of a text, each on a line of its own, in order."""
    if not any(mark in text for mark in _MARKS):
        return
    for line in _LINE.finditer(text):
        start, end = line.end("open"), line.end()
        quote = line["open"].lstrip(" \t>")
        if quote and text.endswith(quote, start, end):
            end -= 1
        because = line.span("reason")
        reason = "" if line["reason"] is None else text[because[0] : min(because[1], end)].strip()
        yield Directive(*_whole_line(text, start, end), line["code"].upper(), reason, because)


def shown_codes(text: str) -> Iterator[tuple[int, int]]:
    """Where codes stand in a text that tells of a block."""
    return (found.span(1) for found in _SHOWN.finditer(text)) if _LEAD in text else iter(())


def without_directives(text: str) -> str:
    for each in reversed(list(directives(text))):
        text = text[: each.start] + text[each.end :]
    return text


def _whole_line(text: str, start: int, end: int) -> tuple[int, int]:
    """The line with the break before it, or behind it where it is the first."""
    while start > 0 and text[start - 1] in " \t":
        start -= 1
    for break_ in ("\r\n", "\n"):
        if text.endswith(break_, 0, start):
            return start - len(break_), end
        if start == 0 and text.startswith(break_, end):
            return start, end + len(break_)
    return start, end
