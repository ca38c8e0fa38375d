"""Views of base32, ascii85, base85 and uuencoded runs. As in `run.py`, opened only where `GATES` saw text inside."""

import base64
import binascii
import re
from collections.abc import Iterator

from detectors.views.view import Budget, View

# Eight characters of base32 that decode to five bytes of ASCII: the bits that must be zero fix these classes.
_GROUP = rb"[E-P][ABEFIJMNQRUVYZ45][A-Z2-7][A-HQ-X][ACEGIKMOQSUWY246][A-Z2-7][A-DI-LQ-TYZ23][A-Z2-7]"
_GROUP_WIDTH, _GROUPS = 8, 3

GATES: tuple[bytes, ...] = (
    b"(?:" + _GROUP + b"){3}",
    rb"<~[!-uz\s]{12}",
    rb"(?i:base85|ascii85|[^a-z0-9][ab]85)",
    rb"begin [0-7]{3,4} [^\r\n]{1,60}\r?\n[!-`]",
)

_BASE32_RUN = re.compile(r"(?:[A-Z2-7]+(?:\r?\n[ \t]{0,20}[A-Z2-7]+)*|[a-z2-7]+(?:\r?\n[ \t]{0,20}[a-z2-7]+)*)={0,6}")
_BASE32_GROUP = re.compile("[A-Z2-7]{8}|[a-z2-7]{8}")
_BLANKS = re.compile(r"\s+")
_CANDIDATE = re.compile(r"[!-~]{20,16384}")
_QUOTED = re.compile(r"""(?P<quote>'{3}|["'`])(?P<run>[!-~]{16,16384}?)(?P=quote)""")
_CANDIDATE_BEGIN = re.compile("[!-~]{20}")
_QUOTED_BEGIN = re.compile("[\"'`][!-~]{17}")
_UNPRINTABLE = re.compile(r"[^\t\n\r\x20-\x7e]")
_UU_LINE = re.compile(r"[ \t]{0,8}(?P<line>[!-`][ -`]{0,84})\r?(?:\n|\Z)")

NAMED_REACH = 400
"""How far behind its name a base85 run may begin."""

ASCII85_CHARS = 1 << 20
_ASCII85_WIDTH = 14

PROBE_CHARS = 40
"""So much of a candidate, whole groups of either alphabet, tells whether it is text."""

Opened = tuple[int, int, str]
"""Where an encoded run starts and ends, and what it says."""


def radixes(text: str, hits: list[tuple[int, int]], budget: Budget) -> Iterator[View]:
    """The views that `hits` of `GATES` promise."""
    for kind in range(len(GATES)):
        ends = sorted(end for number, end in hits if number == kind)
        for start, after, decoded in _OPENERS[kind](text, ends) if ends else ():
            if _is_text(decoded) and budget.take(len(decoded)):
                yield View(_NAMES[kind], decoded, text, start, after)


def _is_text(decoded: str) -> bool:
    return len(_UNPRINTABLE.findall(decoded)) * 10 <= len(decoded)


def _base32(text: str, ends: list[int]) -> Iterator[Opened]:
    done = 0
    for end in ends:
        if end <= done:
            continue
        start = end - _GROUP_WIDTH * _GROUPS
        while start >= done + _GROUP_WIDTH and _BASE32_GROUP.match(text, start - _GROUP_WIDTH):
            start -= _GROUP_WIDTH
        match = _BASE32_RUN.match(text, start)
        if match is None:
            continue
        done = match.end()
        run = _BLANKS.sub("", match[0]).rstrip("=").upper()
        run = run[: len(run) - (len(run) % 8 in (1, 3, 6))]
        yield start, done, base64.b32decode(run + "=" * (-len(run) % 8)).decode("utf-8", "replace")


def _ascii85(text: str, ends: list[int]) -> Iterator[Opened]:
    """From the last opening before each closing, which is looked for once."""
    done = 0
    for end in ends:
        if end <= done:
            continue
        closing = text.find("~>", end - _ASCII85_WIDTH)
        if closing < 0:
            return
        done = closing + 2
        start = text.rfind("<~", max(0, closing - ASCII85_CHARS), closing)
        if start >= 0:
            try:
                yield start, done, base64.a85decode(text[start:done], adobe=True).decode("utf-8", "replace")
            except ValueError:
                continue


def _named(text: str, ends: list[int]) -> Iterator[Opened]:
    """What follows the name of the encoding and decodes to text, in whichever of the two alphabets."""
    done = 0
    for end in ends:
        low, high = max(done, end), end + NAMED_REACH
        if low >= high:
            continue
        done = high
        found = {match.span("run") for match in _starting(_QUOTED, _QUOTED_BEGIN, text, low, high)}
        found |= {match.span() for match in _starting(_CANDIDATE, _CANDIDATE_BEGIN, text, low, high)}
        for start, after in sorted(found)[:16]:
            done = max(done, after)
            for decode in (base64.b85decode, base64.a85decode):
                try:
                    if not _is_text(_latin(decode(text[start : min(after, start + PROBE_CHARS)]))):
                        continue
                    yield start, after, decode(text[start:after]).decode("utf-8", "replace")
                except (ValueError, binascii.Error):
                    continue


def _latin(raw: bytes) -> str:
    return raw.decode("latin-1")


def _starting(
    pattern: "re.Pattern[str]", begin: "re.Pattern[str]", text: str, low: int, high: int
) -> Iterator["re.Match[str]"]:
    """The matches that begin in text[low:high], where `begin`, a pattern of few characters, does."""
    while (first := begin.search(text, low, high + PROBE_CHARS)) is not None and first.start() < high:
        match = pattern.match(text, first.start())
        low = match.end() if match is not None else first.start() + 1
        if match is not None:
            yield match


def _uuencoded(text: str, ends: list[int]) -> Iterator[Opened]:
    done = 0
    for end in ends:
        if end <= done:
            continue
        start = at = text.rfind("\n", 0, end) + 1
        raw = bytearray()
        while (row := _UU_LINE.match(text, at)) is not None and row["line"] != "end":
            try:
                raw += binascii.a2b_uu(row["line"])
            except binascii.Error:
                break
            at = row.end()
        if raw:
            done = at
            yield start, at, raw.decode("utf-8", "replace")


_OPENERS = (_base32, _ascii85, _named, _uuencoded)
_NAMES = ("base32", "ascii85", "base85", "uuencode")
