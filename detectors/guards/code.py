"""Is a person's name or address in source code an invented one: a fixture, an example, an author's line?

Tests and manuals of software are full of `Person(first_name="Ann")`, which is nobody. Asked about values found under a
field's name in code and the like; data (CSV, JSON, SQL, forms, messages, logs) never gets here, since nothing of code
stands around it. Pure: what a name means is `structure/lexicon.py`'s to say.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from itertools import islice

import regex

Guard = Callable[[str, int, int], bool]

AROUND_CHARS = 1200
"""How far code is looked for on either side: about thirty lines."""

STEP_CHARS = 600
"""Values so near to one another share what was read around them."""

DOC_CHARS = 6000
"""Of doc strings, whose ends are looked for on either side."""

LEAST_LINES = 2
"""Lines that are code, around a value in code. One may be an example in prose."""

RECORD_CHARS = 300
"""How far from a value other facts about the same person stand."""

AUTHORS_CHARS = 1500

_ASSIGNED = regex.compile(r"(?:[=:(,\[+]|return|in)\s{0,40}[bruf]{0,2}\\{0,2}[\"'`]?$")
_CODE_LINE = regex.compile(
    r"""(?mx)^[ \t]{0,60}(?:
      >>>[ ] | (?:async[ ])?def[ ]\w+\( | class[ ]\w+[(:{ ] | from[ ][\w.]+[ ]import[ ]
    | import[ ][\w.{*"']+[^.\n]{0,60}$
    | return(?:$|[ ;][^.\n]{0,100}$) | assert[ ] | raise[ ]\w+ | @\w[\w.]*(?:\(|$) | self\.\w | cls\.\w | super\(
    | with[ ][^\n]{1,100}:$ | for[ ]\w+[^\n]{1,80}[ ]in[ ][^\n]{1,80}:$ | (?:el)?if[ ][^\n]{1,100}:$
    | try:$ | except\b[^\n]{0,60}:$
    | (?:const|let|var)[ ][\w{\[][^\n=]{0,60}= | (?:export[ ]|async[ ])?function\b | export[ ](?:default|const|class)
    | (?:public|private|protected)[ ][\w<>\[\] ]+\( | func[ ][\w(] | fn[ ]\w+ | describe\( | it\(["'] | expect\(
    | [\w.]+[ ]=[ ][\w.]+\([^\n]{0,200}$ | \w+(?:\.\w+)+\([^\n]{0,160}$ | \}\)[;,]?$ | //[ ]|/\*
    )"""
)  # fmt: skip
_TEST = regex.compile(
    r"""(?x)\bassert\b | \bassert[A-Z_]\w+\( | \bself\.assert | \bdef[ ]test | TestCase\b | \bpytest\b | \bunittest\b
    | \b[mM]ocks?\b | \b[fF]ixtures?\b | \bdescribe\( | \bit\(["'] | \btest\(["'] | \bexpect\( | @Test\b | ^[ \t]*>>>[ ]
    | \.objects\.(?:create|get|filter|bulk_create) | \bdoctest\b | \bshould[ ]"""
)
_HARD_FACT = regex.compile(
    r"""(?xi)(?<![a-z])(?:ssn|social[ _-]?security|d\.?o\.?b|date[ _-]?of[ _-]?birth|birth[ _-]?(?:dt|date|day)
    |geburtsdatum|mrn|medical[ _-]?record|passport|iban|card[ _-]?number|(?:tax|national|patient|member)[ _-]?(?:id|num)
    |driver'?s?[ _-]?licen[cs]e|diagnos[ie]s|insurance|salary)[\w ]{0,12}["'\]]{0,3}\s?(?:[=:]|["'],)"""
)
_SOFT_FACT = regex.compile(
    r"""(?xi)(?<![a-z])(?:(?:first|last|given|family|sur|middle|full)[ _-]?name|surname|fname|lname|phone|mobile
    |street|address|zip(?:[ _-]?code)?|postal[ _-]?code|gender|age|employer)[ _-]?[0-9]?["'\]]{0,3}\s?(?:[=:]|["'],)"""
)
_DOC_LINE = regex.compile(
    r"""(?mx)^[ \t*]{0,40}(?:
      :(?:param|type|returns?|rtype|raises|keyword|ivar|cvar)\b | \.\.[ ][\w-]+::
    | @(?:param|returns?|throws|example|see)\b
    | (?:Parameters|Returns|References|Notes|See[ ]Also|Examples|Attributes|Raises|Yields|Methods)\n[ \t]{0,40}-{4,}$
    | (?:Args|Returns|Raises|Yields):$ )"""
)
"""What nobody writes but in a comment or a doc string, however far the code itself is."""

_SOMEBODYS = regex.compile(
    r"(?ri)\b(?:(?:lives?|lived|living)[ ]in|born|resid(?:e|es|ed|ing|ent|ents|ence)|customers?|patients?|treated"
    r"|admitted)\b[^\n]{0,60}"
)
_HOUSE_BEFORE, _HOUSE_AFTER = regex.compile(r"(?r)\b\d{1,5}[a-z]?,?[ ]"), regex.compile(r"[ ,]{1,2}\d{1,5}\b")
_ITEM_BEFORE, _ITEM_AFTER = regex.compile(r"(?r)^[ \t]{0,40}", regex.M), regex.compile(r",?[ \t]{0,4}$", regex.M)
_QUOTE_MARKS, _QUOTES = "\"'`", '"""'
_AUTHORS = regex.compile(
    r"(?ri)(?:authors?|maintainers?|contributors?|developers?|credits)[\"']?\]?\s{0,3}[=:]?>?\s{0,3}\["
)
_KEY_AFTER = regex.compile(r"""\\?["']\s?:""")
_COPYRIGHT = regex.compile(r"(?i)(?:copyright|©|\(c\)|&copy;)[^\n]{0,40}$")


def is_persons_name(text: str, start: int, end: int) -> bool:
    """False for names in tests, lone ones in other code, and authors' names, which are published with their work."""
    if _is_in_authors(text, start) or _KEY_AFTER.match(text, end):
        return False
    is_code, is_test = _around(text, start, end)
    if not is_code or _stands_near(_HARD_FACT, text, start, end):
        return True
    if is_test:
        return False
    return " " in text[start:end].strip() or _stands_near(_SOFT_FACT, text, start, end)


def is_persons_address(text: str, start: int, end: int) -> bool:
    """False for addresses in tests, and for a year and a name behind a copyright sign."""
    if _COPYRIGHT.search(text, max(0, start - 60), start):
        return False
    is_code, is_test = _around(text, start, end)
    return not (is_code and is_test) or _stands_near(_HARD_FACT, text, start, end)


def is_in_test(text: str, start: int, end: int) -> bool:
    """Whether the value is assigned or passed in code that tests other code."""
    return all(_around(text, start, end))


def is_amid_code(text: str, start: int, end: int) -> bool:
    """Whether lines of code stand around it: what is prose there is a comment or a doc string."""
    if _read_around(text, start, end)[0] or _documents(_window(text, start, end)):
        return True
    return text.find(_QUOTES, end, end + DOC_CHARS) >= 0 and text.rfind(_QUOTES, max(0, start - DOC_CHARS), start) >= 0


def is_example_word(text: str, start: int, end: int) -> bool:
    """Whether a word amid code is all of a literal or of its line, as in `greet('fred')` and in lists of imports."""
    before, after = text[max(0, start - 1) : start], text[end : end + 1]
    if before in _QUOTE_MARKS and after in _QUOTE_MARKS and before and after:
        return True
    return _ITEM_BEFORE.match(text, max(0, start - 40), start) is not None and _ITEM_AFTER.match(text, end) is not None


def is_somebodys_place(text: str, start: int, end: int) -> bool:
    """Whether a place named amid code is more than a country in a list or a town in a manual: a house's number, a fact
    about a person or somebody who lives there stands near it."""
    return (
        _HOUSE_BEFORE.match(text, max(0, start - 8), start) is not None
        or _HOUSE_AFTER.match(text, end) is not None
        or _SOMEBODYS.match(text, max(0, start - 80), start) is not None
        or _stands_near(_HARD_FACT, text, start, end)
        or _stands_near(_SOFT_FACT, text, start, end)
    )


def is_told_in_code(text: str, start: int, end: int) -> bool:
    """Whether a name of several words, said in a string or line of data, is more than an example of code around it.

    Amid code a lone word is an identifier's or a label's, and people in tests are nobody unless a hard fact is told of
    them. Where no code stands around it, everything counts.
    """
    is_code, is_test = _read_around(text, start, end)
    if not is_code or _stands_near(_HARD_FACT, text, start, end):
        return True
    return not is_test and " " in text[start:end].strip()


def is_in_fixture(text: str, start: int, end: int) -> bool:
    """Whether the code around it tests other code, and no hard fact is told of who is named."""
    is_code, is_test = _read_around(text, start, end)
    return is_code and is_test and not _stands_near(_HARD_FACT, text, start, end)


def _is_in_authors(text: str, start: int) -> bool:
    """Whether the list that is open here is one of authors, as package metadata has it."""
    low = max(0, start - AUTHORS_CHARS)
    opened = text.rfind("[", low, start)
    if opened < 0 or text.rfind("]", opened, start) >= 0:
        return False
    return _AUTHORS.match(text, max(0, opened - 30), opened + 1) is not None


def _around(text: str, start: int, end: int) -> tuple[bool, bool]:
    """Whether the value is assigned or passed amid lines of code, and whether that code is a test."""
    if not _ASSIGNED.search(text, max(0, start - 44), start):
        return False, False
    return _read_around(text, start, end)


def _read_around(text: str, start: int, end: int) -> tuple[bool, bool]:
    return _read(_window(text, start, end))


def _window(text: str, start: int, end: int) -> str:
    """What stands around; values near to one another are given the same."""
    low = max(0, start - AROUND_CHARS) // STEP_CHARS * STEP_CHARS
    return text[low : -(-(end + AROUND_CHARS) // STEP_CHARS) * STEP_CHARS]


@lru_cache(maxsize=16)
def _documents(window: str) -> bool:
    return any(_lines_like(_DOC_LINE, window))


@lru_cache(maxsize=16)
def _read(window: str) -> tuple[bool, bool]:
    lines = sum(islice(_lines_like(_CODE_LINE, window), LEAST_LINES))
    is_code = lines == LEAST_LINES
    return is_code, is_code and _TEST.search(window) is not None


def _lines_like(line: "regex.Pattern[str]", window: str) -> Iterator[bool]:
    """True for each line that begins so. Prose has few lines, and all else of it isn't looked at."""
    at = 0
    while True:
        if line.match(window, at) is not None:
            yield True
        at = window.find("\n", at) + 1
        if not at:
            return


def _stands_near(fact: "regex.Pattern[str]", text: str, start: int, end: int) -> bool:
    """Whether a fact is told near the value, other than by the label it stands under itself."""
    label = _LABEL.search(text, max(0, start - 48), start)
    low, high = max(0, start - RECORD_CHARS), min(len(text), end + RECORD_CHARS)
    before = label.start() if label is not None else start
    return fact.search(text, low, before) is not None or fact.search(text, end, high) is not None


_LABEL = regex.compile(r"[A-Za-z][\w. -]{1,30}[\"'\]]{0,3}\s?(?:[=:]>?|,|\()\s{0,4}[bruf]{0,2}[\"'`]?$")

FIELD_GUARDS: Mapping[str, Guard] = {"PERSON": is_persons_name, "ADDRESS": is_persons_address}
"""Asked about what a name and a value side by side told, whatever checks there were."""
