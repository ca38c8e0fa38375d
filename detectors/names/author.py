"""Names that their bearers publish with their work: in git's trailers and logs, licences, package data, credits.

They are persons' names all the same, but told apart: everybody's code is full of them, and who sends one tells nothing.
"""

import re
from functools import cached_property

import regex

from detectors.names.hint import any_in

BEFORE_CHARS, AFTER_CHARS = 160, 90

BIBLIOGRAPHY_CHARS = 2_500
"""How far above a doc string's heading of its references may stand."""

ENTRY_CHARS = 600
"""How long an entry of a bibliography may be."""

# What stands before a name is read backwards from it (`(?r)`), and so in no time where it is something else.
_STATED = regex.compile(
    r"""(?rix)
    (?: (?:signed-off|co-authored|reviewed|acked|tested|reported|suggested|co-developed|mentored|approved)
        -(?:by|with)\s*:
      | (?<![a-z])(?:(?:co-?)?authors?|maintainers?|committers?|contributors?|last-translator|translators?|packagers?
        |uploaders?)(?:_?name)?\b["']?\s*[:=,(\[{>*][^\n;]{0,120}
      | @(?:author|maintainer)\b[^\n]{0,80}
      | \.\.\ (?:module|section|code)author::
      | (?:authors|maintainers)["']?\s?[=:]\s?\[[^\]]{0,140}
      | agreement\ is\ between\s
      | neither\ the\ names?\ of\ (?:the\ )?
      | (?:copyright|©|\(c\)|&copy;)[^\n]{0,120}
      | (?:^|\n)(?:author|commit|merge|tagger|committer)\w*[ \t]*:[^\n]{0,60}
      | (?:^|\n)\^?[0-9a-f]{7,40}\ [^\n(]{0,60}\(
    )\s*"""
)
_OTHERS = r"(?:(?-i:[A-Z])[\w.'’-]{0,30},?\s{1,24}(?:(?:and|&|with)\s{1,24})?){0,10}"
"""Names that stand before one in a list of several."""

_TOLD = regex.compile(
    r"""(?rix)
    (?: (?: \b(?:writ|wrot|patch|fix|contribut|implement|report|suggest|creat|add|port|maint|develop|design|discover
          |inspir|found|rewrit|refactor|translat|original|code|idea|work|defin|introduc|describ|propos|invent|publish|present
          |popular|edit|formulat|deriv|analy[sz]|tun|compil|adapt|approximat|algorithm|article|(?:text)?book|paper|tutorial
          |journalist|authored)\w*\ (?:\w+\ ){0,3}by\s
        | (?:^|[\n(.:"*])[\s*\#/'"]{0,20}by\s
        | \b(?:thanks?\ (?:to|you|goes\ to|go\ to)|courtesy\ of|credits?(?:\ goes)?\ to|patch(?:es)?\ from|due\ to
          |ideas?\ (?:of|from)|(?:adapted|taken|borrowed|ported|inspiration|reference|code|formula|algorithm)\ from
          |journalist|follow(?:s|ing)|according\ to)\s
        ) (?:(?:dr|prof|mr|ms|mrs|sir)\.?\s)?"""
    + _OTHERS
    + r"""
      | (?:^|\n)[^\n]{0,12}(?:todo|fixme|xxx|hack|note)\s?\(
      | \((?:\#\d+|gh-\d+|bpo-\d+|issue\s*\#?\d+|r\d+)[^()\n]{0,40}
      | (?:^|\n)\s*(?:authors?|credits|contributors?|maintainers?|thanks)\s*:?\s*\n[^\n]{0,100}
    )\s*"""
)
_CITED = re.compile(
    r"(?i)et al|\b(?:19|20)\d\d[a-z]?\)|\bISBN\b|\bdoi\b|\bvol\.|\bpp\.|\bProc\b|\bJournal\b|arXiv|\bIEEE\b|\bACM\b"
    r"|\bPress\b"
)
_YEAR = re.compile(
    r"(?:[\s,.;&()\[\]]|['’]s\b|\b(?:and|et|al|in|the|von|van|de)\b|\b(?!(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
    r"(?:uary|ruary|ch|il|e|y|ust|t?ember|ober)?\b)[A-Z][\w'’-]{0,30}+){0,24}?"
    r"(?:\b(?:1[6-9]|20)\d\d[a-z]?\b(?![-/.]\d)|\b\d0s\b)"
)
"""Behind a name in a citation stand other names, and then the year."""

_ENTRY = re.compile(r"\s{0,40}(?:[#*/%]{1,3}\s{0,20})?[A-Z][\w'’-]{1,30}, (?:[A-Z][\w.'’-]{0,30}[ ,.]{1,3}){1,3}")
_ANY_YEAR = re.compile(r"\b(?:1[89]|20)\d\d[a-z]?\b")
_OFFICE = regex.compile(
    r"(?ri)(?<!\w)(?:saints?|st\.|san|sant|santa|santo|são|king|queen|prince|princess|pope|lord|prophet|emperor|president"
    r"|prime minister|archbishop|sultan|guru|maharshi|general)\s"
)
_FEAST = re.compile(r"(?:['’]s)?\s(?:\w+\s)?(?:Day|Birthday|Eve|Festival|Memorial|Jayanti)s?\b")
"""Saints, sovereigns and those whom feasts are named after."""

_BY_NAME = regex.compile(
    r"(?ri)(?<!ed)(?<!id)(?<!en)(?<!sent)(?<!request)(?<!order)(?<!visit)(?<!complaint)(?<!claim)(?<!referral)(?<!payment)"
    r"[\s*(]{1,3}by[\s*]{1,30}" + _OTHERS
)
"""What is by somebody is his work, unless it is a customer's doing."""

_WORK = re.compile(
    r"(?i)['’]s\s(?:[*\"“`]|(?:[\w-]+\s){0,3}?(?:algorithm|formula|method|theorem|lemma|law|rule|test|approach|variant"
    r"|version|implementation|library|book|article|paper|blog|post|thesis|code|trick|idea|solution|answer|package|module|script"
    r"|inequality|distribution|statistic|criterion|chi|constant|equation|notation|talk|style|tutorial|guide|generator"
    r"|parser|project|plugin|sort|problem|function|transform|model|estimator|correction|coefficient|tool|indicator)\w{0,5}\b)"
)
"""What somebody is known for."""

_LINKED = re.compile(r"(?i)[ \t]{0,3}(?:[:/<(-][ \t]{0,2}|\]\()(?:see )?https?://|[;,.]?\s{1,3}All rights reserved")
_REFERENCE = regex.compile(r"(?r)(?:^|\n)[ \t]*(?:\.\.[ ]?)?\[[\w+-]{1,24}\][^\n]{0,100}(?:\n[^\n]{0,60})?")
_STATED_HINTS = (
    "author|neither the|agreement|maintainer|commit|contributor|translator|packager|uploader|merge|tagger|copyright|©"
    "|(c)|&copy;|-by:|-with:| ("
).split("|")
_TOLD_HINTS = (
    "by |by\n|thank|courtesy|credit|patch|due to|idea|from|journalist|follow|according|todo|fixme|xxx|hack|note|(#|(gh-"
    "|(bpo-|(issue|(r|author|contributor|maintainer"
).split("|")
_CITED_HINTS = "et al|19|20|isbn|doi|vol.|pp.|proc|journal|arxiv|ieee|acm|press".split("|")
"""What one of the patterns can't do without: most texts have few of them, most names none near, and searching takes
long."""

_HEADING = "References\n"
_MAILBOX = re.compile(r"[ \t]{1,2}<[^<>\s@]{1,64}(?:@| at )[^<>\s]{1,80}>")


class Credits:
    """Whom a text names as who made the work that it stands in or that it cites."""

    def __init__(self, text: str) -> None:
        self._text = text

    @cached_property
    def _hints(self) -> list[tuple[str, ...]]:
        lowered = self._text.lower()
        return [
            tuple(hint for hint in hints if hint in lowered) for hints in (_STATED_HINTS, _TOLD_HINTS, _CITED_HINTS)
        ]

    def name(self, start: int, end: int, in_code: bool) -> bool:
        """Whether text[start:end] is the name of one of them.

        A mere "by" or "thanks to", a citation and a name with a mailbox count in code and its comments only: elsewhere
        they are what mails and tickets say of anybody.
        """
        text, low = self._text, max(0, start - BEFORE_CHARS)
        before = text[low:start].lower()
        stated, told_by, cited = self._hints
        if any_in(stated, before) and _STATED.match(text, low, start):
            return True
        if not in_code:
            return False
        return bool(
            (any_in(told_by, before) and _TOLD.match(text, low, start))
            or _MAILBOX.match(text, end, end + AFTER_CHARS)
            or (any_in(cited, text[end : end + AFTER_CHARS].lower()) and _CITED.search(text, end, end + AFTER_CHARS))
            or (" " in text[start:end] and "by" in before and _BY_NAME.match(text, low, start))
            or _OFFICE.match(text, low, start)
            or _FEAST.match(text, end, end + AFTER_CHARS)
            or _YEAR.match(text, end, end + AFTER_CHARS)
            or _WORK.match(text, end, end + AFTER_CHARS)
            or _LINKED.match(text, end, end + AFTER_CHARS)
            or ("]" in before and _REFERENCE.match(text, low, start))
            or _is_in_bibliography(text, start)
            or _is_in_entry(text, start)
        )


def _is_in_bibliography(text: str, start: int) -> bool:
    """Whether the section of the doc string that it stands in is one of references."""
    low = max(0, start - BIBLIOGRAPHY_CHARS)
    heading = text.rfind(_HEADING, low, start)
    return heading >= 0 and text.find('"""', heading, start) < 0 and text.find("\n\n\n", heading, start) < 0


def _is_in_entry(text: str, start: int) -> bool:
    """Whether its paragraph begins as an entry of a bibliography does, and has a year."""
    low = text.rfind("\n\n", max(0, start - ENTRY_CHARS), start)
    if low < 0 or _ENTRY.match(text, low) is None:
        return False
    high = text.find("\n\n", start, start + ENTRY_CHARS)
    return _ANY_YEAR.search(text, low, high if high >= 0 else start + ENTRY_CHARS) is not None
