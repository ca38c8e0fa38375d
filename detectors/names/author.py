"""Names that their bearers publish with their work: in git's trailers and logs, licences, package data, credits.

They are persons' names all the same, but told apart: everybody's code is full of them, and who sends one tells nothing.
"""

import re
from collections.abc import Callable

BEFORE_CHARS, AFTER_CHARS = 160, 90

BIBLIOGRAPHY_CHARS = 2_500
"""How far above a doc string's heading of its references may stand."""

_STATED = re.compile(
    r"""(?ix)
    (?: (?:signed-off|co-authored|reviewed|acked|tested|reported|suggested|co-developed|mentored|approved)
        -(?:by|with)\s*:
      | (?<![a-z])(?:(?:co-?)?authors?|maintainers?|committers?|contributors?|last-translator|translators?|packagers?
        |uploaders?)(?:_?name)?\b["']?\s*[:=,(\[{>*][^\n;]{0,120}
      | @(?:author|maintainer)\b[^\n]{0,80}
      | (?:copyright|©|\(c\)|&copy;)[^\n]{0,120}
      | (?:^|\n)(?:author|commit|merge|tagger|committer)\w*[ \t]*:[^\n]{0,60}
      | (?:^|\n)\^?[0-9a-f]{7,40}\ [^\n(]{0,60}\(
    )\s*$"""
)
_TOLD = re.compile(
    r"""(?ix)
    (?: \b(?:writ|wrot|patch|fix|contribut|implement|report|suggest|creat|add|port|maint|develop|design|discover|inspir
        |found|rewrit|refactor|translat|original|code|idea|work)\w*\ (?:\w+\ ){0,3}by\s
      | \b(?:thanks\ (?:to|goes\ to|go\ to)|courtesy\ of|credits?(?:\ goes)?\ to|patch(?:es)?\ from|due\ to|idea\ of)\s
      | (?:^|\n)[^\n]{0,12}(?:todo|fixme|xxx|hack|note)\s?\(
      | \((?:\#\d+|gh-\d+|bpo-\d+|issue\s*\#?\d+|r\d+)[^()\n]{0,40}
      | (?:^|\n)\s*(?:authors?|credits|contributors?|maintainers?|thanks)\s*:?\s*\n[^\n]{0,100}
    )\s*$"""
)
_CITED = re.compile(
    r"(?i)et al|\b(?:19|20)\d\d[a-z]?\)|\bISBN\b|\bdoi\b|\bvol\.|\bpp\.|\bProc\b|\bJournal\b|arXiv|\bIEEE\b|\bACM\b"
    r"|\bPress\b"
)
_REFERENCE = re.compile(r"(?:^|\n)[ \t]*(?:\.\.[ ]?)?\[[\w+-]{1,24}\][^\n]{0,100}(?:\n[^\n]{0,60})?$")
_STATED_HINTS = (
    "author|maintainer|commit|contributor|translator|packager|uploader|merge|tagger|copyright|©|(c)|&copy;|-by:"
    "|-with:| ("
).split("|")
_TOLD_HINTS = (
    "by |thanks|courtesy|credit|patch|due to|idea of|todo|fixme|xxx|hack|note|(#|(gh-|(bpo-|(issue|(r|author|"
    "contributor|maintainer"
).split("|")
_CITED_HINTS = "et al|19|20|isbn|doi|vol.|pp.|proc|journal|arxiv|ieee|acm|press".split("|")
"""What one of the patterns can't do without: most names have none of it before them, and searching takes long."""

_MAILBOX = re.compile(r"[ \t]{1,2}<[^<>\s@]{1,64}(?:@| at )[^<>\s]{1,80}>")


def is_authors(text: str, start: int, end: int, in_code: Callable[[], bool]) -> bool:
    """Whether text[start:end] is the name of who made the work that it stands in or that it cites.

    A mere "by" or "thanks to", a citation and a name with a mailbox count in code and its comments only: elsewhere
    they are what mails and tickets say of anybody. `in_code` is asked when it matters.
    """
    low = max(0, start - BEFORE_CHARS)
    before, after = text[low:start].lower(), text[end : end + AFTER_CHARS].lower()
    if any(hint in before for hint in _STATED_HINTS) and _STATED.search(text, low, start):
        return True
    told = (
        (any(hint in before for hint in _TOLD_HINTS) and _TOLD.search(text, low, start))
        or _MAILBOX.match(text, end, end + AFTER_CHARS)
        or (any(hint in after for hint in _CITED_HINTS) and _CITED.search(text, end, end + AFTER_CHARS))
        or ("]" in before and _REFERENCE.search(text, low, start))
        or _is_in_bibliography(text, start)
    )
    return bool(told) and in_code()


def _is_in_bibliography(text: str, start: int) -> bool:
    """Whether the section of the doc string that it stands in is one of references."""
    low = max(0, start - BIBLIOGRAPHY_CHARS)
    heading = text.rfind("References\n", low, start)
    return heading >= 0 and text.find('"""', heading, start) < 0 and text.find("\n\n\n", heading, start) < 0
