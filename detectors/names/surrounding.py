"""What a word stands in: prose, a comment, a string, data, or code, where nothing names anybody.

Judged by its line, for a file shown to an assistant is all of these by turns, and asked only about the few words that
could be names.
"""

import re
from functools import lru_cache
from typing import Literal, NamedTuple

Kind = Literal["prose", "comment", "string", "data", "code"]

LINE_CHARS = 400
"""How far the line is looked for on either side; longer ones are judged by what is near."""

STEP_CHARS = 200
"""Of a longer line neighbouring words are shown the same part, which is judged once."""

LEAST_PROSE, LEAST_WORDS = 0.55, 0.3
"""Share of a line that words, spaces between them included, take in prose; and in anything that is read at all."""

_WORDS = re.compile(r"(?<![\w.$/\\@-])[^\W\d_]+(?:['’][^\W\d_]+)*(?=[ ,.;:!?)\n\"'’…]|$)[ ,.;:!?]*")
_MARK = re.compile(
    r"\s{0,80}(?:\d{1,6}\s{0,2}[\t→|:]\s{0,80})?(?:[+-]\s{0,40})?(?:#(?!!)|//|/\*|\*(?!\w)|--\s|<!--|;;|%\s|\"\"\"|'''|rem\s|REM\s)"
)
_TRAILING = re.compile(r"[#/-](?<=\s.)(?:(?<=#)|(?<=/)[/*]|(?<=-)-)\s")  # as `\s(?:#|//|/\*|--)\s`, and twice as fast
_CODE = re.compile(r"[(){}\[\]<>;=|&\\^$_:.-](?:(?<![:.-])|(?<=:):|(?<=-)>|(?<=\w\.)\w)")  # `::`, `->`, `a.b`, or one
_STATEMENT = re.compile(
    r"\s*(?:[+-]\s*)?(?:async|await|break|case|class|const|def|elif|else|enum|except|export|extends|final|fn|for|from|func|function|if|impl"
    r"|import|include|interface|let|match|mod|module|namespace|new|package|private|protected|pub|public|raise|require|return|self|static"
    r"|struct|super|switch|this|throw|try|type|use|using|val|var|void|while|with|yield|@\w)\b"
)
_DECLARATION = re.compile(
    r"\s*(?:import\b.*\bfrom\b\s*[\"']|from\s[\w.]+\simport\b|(?:const|let|var)\s+\w+\s*=|(?:def|func|fn|function)\s+\w+\s*[(<]"
    r"|(?:class|interface|struct|enum)\s+\w+\s*[(:{<]|using\s+[\w.]+;|package\s+[\w.]+;?$|\w+(?:\.\w+)*\([^ ]*\)[;,]?$)"
)
_BLANK = re.compile(r"\s")


def kind_of(text: str, start: int, end: int) -> Kind:
    """What text[start:end] stands in."""
    low = text.rfind("\n", max(0, start - LINE_CHARS), start) + 1
    if low == 0:
        low = max(0, start - LINE_CHARS) // STEP_CHARS * STEP_CHARS
    high = text.find("\n", end, end + LINE_CHARS)
    if high < 0:
        high = min(len(text), -(-(end + LINE_CHARS) // STEP_CHARS) * STEP_CHARS)
    return kind_in_line(text[low:high], start - low, end - low)


def kind_in_line(line: str, start: int, end: int) -> Kind:
    """What line[start:end] stands in; the whole line's kind where that is all of it."""
    seen = _seen(line)
    if seen.trailing is not None and seen.trailing <= start:
        return "comment"
    if seen.is_quoting and _is_quoted(line, start, end):
        return "string"
    return seen.kind


class _Seen(NamedTuple):
    """What a line is wherever one looks, where a comment begins in it, and whether strings in it count."""

    kind: Kind
    trailing: int | None = None
    is_quoting: bool = False


@lru_cache(maxsize=64)
def _seen(line: str) -> _Seen:
    """Several words of a line are asked about one after the other."""
    if len(line) > 120 and len(_BLANK.findall(line)) * 25 < len(line):
        return _Seen("code")  # minified, encoded
    if _MARK.match(line):
        return _Seen("comment")
    signs = len(_CODE.findall(line))
    trailing = _TRAILING.search(line) if signs >= 2 else None
    comment = trailing.end() if trailing is not None else None
    if _DECLARATION.match(line):
        return _Seen("code", comment)
    if signs * 12 > len(line) + 12:
        return _Seen("code", comment, is_quoting=True)
    share = sum(map(len, _WORDS.findall(line))) / len(line)
    if share >= LEAST_PROSE and signs * 20 <= len(line):
        return _Seen("prose", comment)
    is_statement = signs > 0 and _STATEMENT.match(line) is not None
    is_data = not is_statement and share >= LEAST_WORDS
    return _Seen("data" if is_data else "code", comment, is_quoting=True)


def _is_quoted(line: str, start: int, end: int) -> bool:
    """Whether a quotation mark opened before it closes behind it."""
    for quote in "\"'`":
        before = line.count(quote, 0, start) - line.count(f"\\{quote}", 0, start)
        if before % 2 and quote in line[end:]:
            return True
    return False
