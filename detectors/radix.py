"""Views of base32, ascii85, base85 and uuencoded runs. As in `run.py`, opened only where `GATES` saw text inside."""

import base64
import binascii
import re
from collections.abc import Iterator

from detectors.view import Budget, View

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
_UNPRINTABLE = re.compile(r"[^\t\n\r\x20-\x7e]")
_UU_LINE = re.compile(r"[ \t]{0,8}(?P<line>[!-`][ -`]{0,84})\r?(?:\n|\Z)")

NAMED_REACH = 400
"""How far behind its name a base85 run may begin."""

ASCII85_CHARS = 1 << 20


def radixes(text: str, hits: list[tuple[int, int]], budget: Budget) -> Iterator[View]:
    """The views that `hits` of `GATES` promise."""
    done = [0] * len(GATES)
    for kind, end in sorted(hits, key=lambda hit: hit[1]):
        if end <= done[kind]:
            continue
        for start, after, decoded in _OPENERS[kind](text, end):
            done[kind] = max(done[kind], after)
            if not _is_text(decoded):
                continue
            if budget.take(len(decoded)):
                yield View(_NAMES[kind], decoded, text, start, after)


def _is_text(decoded: str) -> bool:
    return len(_UNPRINTABLE.findall(decoded)) * 10 <= len(decoded)


def _base32(text: str, end: int) -> Iterator[tuple[int, int, str]]:
    start = end - _GROUP_WIDTH * _GROUPS
    while start >= _GROUP_WIDTH and _BASE32_GROUP.match(text, start - _GROUP_WIDTH):
        start -= _GROUP_WIDTH
    match = _BASE32_RUN.match(text, start)
    if match is None:
        return
    run = _BLANKS.sub("", match[0]).rstrip("=").upper()
    run = run[: len(run) - (len(run) % 8 in (1, 3, 6))]
    yield start, match.end(), base64.b32decode(run + "=" * (-len(run) % 8)).decode("utf-8", "replace")


def _ascii85(text: str, end: int) -> Iterator[tuple[int, int, str]]:
    start = text.rfind("<~", 0, end)
    after = text.find("~>", start, start + ASCII85_CHARS)
    if after >= 0:
        try:
            yield start, after + 2, base64.a85decode(text[start : after + 2], adobe=True).decode("utf-8", "replace")
        except ValueError:
            return


def _named(text: str, end: int) -> Iterator[tuple[int, int, str]]:
    """What follows the name of the encoding and decodes to text, in whichever of the two alphabets."""
    last = end + NAMED_REACH
    found = [match.span("run") for match in _QUOTED.finditer(text, end, last + 16384) if match.start() < last]
    found += [match.span() for match in _CANDIDATE.finditer(text, end, last + 16384) if match.start() < last]
    for start, after in found[:16]:
        for decode in (base64.b85decode, base64.a85decode):
            try:
                decoded = decode(text[start:after])
            except (ValueError, binascii.Error):
                continue
            yield start, after, decoded.decode("utf-8", "replace")


def _uuencoded(text: str, end: int) -> Iterator[tuple[int, int, str]]:
    start = at = text.rfind("\n", 0, end) + 1
    raw = bytearray()
    while (row := _UU_LINE.match(text, at)) is not None and row["line"] != "end":
        try:
            raw += binascii.a2b_uu(row["line"])
        except binascii.Error:
            break
        at = row.end()
    if raw:
        yield start, at, raw.decode("utf-8", "replace")


_OPENERS = (_base32, _ascii85, _named, _uuencoded)
_NAMES = ("base32", "ascii85", "base85", "uuencode")
