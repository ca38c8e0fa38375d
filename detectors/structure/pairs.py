"""Name and value side by side: `first_name = "Ann"`, `"dob": "1970-05-03"`, `<ssn>...</ssn>`, "Date of birth: 3 May".

Reads any notation in which a name is followed by an operator and a value: code, JSON, YAML, INI, logs, forms, markup,
two-cell rows, prose labels. What a name means is `lexicon.py`'s, where a value ends `literal.py`'s to say. Names as
ordinary as `name` or `address` count only beside others that speak of a person, or with a value that does.
"""

from collections.abc import Iterator, Sequence

import regex

from detectors.label import PAIR_FORM, Labelled
from detectors.structure.lexicon import FULL_NAMES, OWNERS, STOPS, Lexicon, words
from detectors.structure.literal import Span, bare_at, markup_at, quoted_at, values_at
from detectors.structure.notation import (
    FOREIGN_GATE,
    LABELS,
    PARTS_GATE,
    PERSON_GATE,
    PERSON_WORDS,
    STREET_GATE,
    STREET_WORDS,
    SURE_PERSONS,
    TAIL,
    gates_of,
    is_in_form,
)

FORM_CHARS = 400
"""How far the fields of one query or form are looked for, on either side of the first that is known."""

RECORD_CHARS = 400
"""How far from a name that tells, on either side, ordinary names belong to the same record."""


_OPERATOR = regex.compile(
    r"""(?rx)(?P<text>
      (?:\\?["'])?[\])*_`]{0,3}[ ]?:[ ]?(?P<typed>str|string|String)\??[ ]?=[ ]?
    | (?:\\?["'])?[\])*_`]{0,3}[ \t.]{0,30}(?P<assign>:=|=>|={1,3}|:)[ \t]{0,8}[*_]{0,2}[ \t]{0,2}
    | (?:\\?["'])?[ ]{0,4}(?P<block>:)[ ]{0,2}[|>]?-?\r?\n[ \t]{1,16}(?:-[ ]{1,3})?
    | (?P<cell>[*_`]{0,2}[ \t]{0,40}[|\t][ \t]{0,8}[*_`]{0,2})
    | (?P<prose>[ ][-–—]{1,2}[ ] | [ ](?:is|was|are|ist|lautet|es|est)[ :]{1,2})
    | (?P<call>["']?\([ ]?)
    | (?P<tuple>["'],[ ]?)
    )"""
)
_NAME = regex.compile(r"""(?r)[\w#][\w .'’\[\]/#()-]{0,60}""")
_MARKUP_NAME = regex.compile(
    r"""(?rx)(?P<name>[\w][\w:. '-]{0,60})
    (?: [:]?[ ]?</[a-z]{1,6}>\s{0,20}(?:<[a-z]{1,5}[^<>]{0,40}>)?\s{0,8}
      | (?:[ ][a-z:]{1,12}=["'][^"'<>]{0,30}["']){0,1}>\s{0,8} )"""
)
_TAG = regex.compile(r"<[a-zA-Z:]{2,20}(?:\s[^<>]{0,600})?>")
_TAG_NAME = regex.compile(r"""\s(?:name|id|key|property|itemprop|field)\s?=\s?["']([^"'<>]{1,80})["']""")
_TAG_VALUE = regex.compile(r"""\s(?:value|content)\s?=\s?(?=["'])""")
_FORM_FIELD = regex.compile(r"(?<![^?&\s\"'])([\w.%\[\]-]{1,60})=([^&\s\"'<>#=]{1,200})(?=[&\s\"'<>#]|$)")
_AUTHOR = regex.compile(r"(?i)author|maintainer|contributor|copyright|committer|license|creator|developer")


class PairReader:
    """Reads names and values that stand side by side. `entries` are the names that rules know."""

    def __init__(self, entries: frozenset[str]) -> None:
        self.lexicon = Lexicon(entries)
        self.gates = gates_of(self.lexicon)
        self._person_label, self._street_label = self._label_of(PERSON_WORDS), self._label_of(STREET_WORDS)
        self._foreign = regex.compile("|".join(map(regex.escape, self.lexicon.foreign())) or r"\b\B")
        ordinary = sorted((e for e in self.lexicon.entries if self.lexicon.is_ordinary(e)), key=len, reverse=True)
        names = "|".join(regex.escape(entry) for entry in ordinary) or r"\b\B"
        self._neighbour = regex.compile(
            rf"""(?i)(?<![\w$.-])(?:home|work|mailing|billing|full|street)?[_ ]?(?:{names})"""
            r"""(?=["'*\s]{0,3}(?:=>|[:=]))"""
        )

    def _label_of(self, known: Sequence[str]) -> "regex.Pattern[str]":
        labels = "|".join(word for word in known if word in self.lexicon.entries) or r"\b\B"
        return regex.compile(
            rf"""(?i)(?<![a-z_.-])({labels})[ _]?1?(?:\\?["'])?[\])*_`]{{0,3}}"""
            r"""[ ]{0,12}(?:=>|[:=])[ ]{0,4}[*_]{0,2}[ ]?"""
        )

    def read(self, text: str, hits: Sequence[tuple[int, int]]) -> Iterator[Labelled]:
        """The values under names that are sure, and under ordinary names around them."""
        records: list[Span] = []
        seen = -1
        for gate, at in hits:
            if gate == PARTS_GATE:
                records.append((max(0, at - 60), at))
                continue
            if at <= seen or (gate == FOREIGN_GATE and not self._foreign.search(text, max(0, at - 16), at)):
                continue
            if gate > FOREIGN_GATE:
                if is_in_form(text, at - 1):
                    seen = at + FORM_CHARS  # all of its fields are read at the first
                    for _, entry, span in self._form(text, at):
                        yield from self._labelled(entry, span)
                    continue
                tail = TAIL.match(text, at - 1)
                if tail is None:
                    continue
                at = tail.end()
            for name_start, entry, span in self._pairs(text, at, gate):
                seen = max(seen, span[0])
                if gate != PERSON_GATE and entry not in PERSON_WORDS:
                    records.append((name_start, span[1]))
                yield from self._labelled(entry, span)
        for low, high in _joined(records, len(text)):
            yield from self._neighbours(text, low, high)

    def _labelled(self, entry: str, span: Span) -> Iterator[Labelled]:
        for spelling in self.lexicon.spellings(entry):
            yield Labelled(*span, spelling, PAIR_FORM)

    def _pairs(self, text: str, at: int, gate: int) -> Iterator[tuple[int, str, Span]]:
        """(start of the name, entry, value) of what a hit of a gate ended in."""
        if gate in (PERSON_GATE, STREET_GATE):
            yield from self._labelled_by(text, at, self._person_label if gate == PERSON_GATE else self._street_label)
            return
        for back in (1, 2):  # the gate ends with the value's first character, or the one behind its quote
            at_value = at - back
            match = _OPERATOR.match(text, max(0, at_value - 90), at_value)
            if match is not None:
                found = list(self._assigned(text, match, at_value))
                if found:
                    yield from found
                    return
        yield from self._marked_up(text, at)

    def _assigned(self, text: str, match: "regex.Match[str]", at: int) -> Iterator[tuple[int, str, Span]]:
        name = _NAME.match(text, max(0, match.start() - 62), match.start())
        if name is None:
            return
        entry = self.lexicon.find_sure(name[0]) or self.lexicon.find_sure(name[0].rpartition(" ")[2])
        if entry is None:
            return
        if match["cell"] is not None and not _is_two_cells(text, name.start(), at):
            return
        first = text[at : at + 1]
        quoted = match["call"] is not None or match["tuple"] is not None or match["typed"] is not None
        if quoted and first not in "\"'":
            return
        spans = (
            bare_at(text, at, entry)
            if match["prose"] is not None and first not in "\"'"
            else values_at(text, at, entry)
        )
        for span in spans:
            if self.lexicon.find(text[span[0] : span[1]]) is None:
                yield name.start(), entry, span

    def _labelled_by(self, text: str, at: int, label: "regex.Pattern[str]") -> Iterator[tuple[int, str, Span]]:
        """`name: "Jane Roe"`, "Address: 12 High St": a label so common that only its value makes it a person's."""
        for match in list(label.finditer(text, max(0, at - 110), at))[-1:]:
            name = _NAME.match(text, max(0, match.start() - 40), match.end(1))
            entry = self.lexicon.find(name[0]) if name is not None else None
            if entry is None or entry not in LABELS or _AUTHOR.search(text, max(0, match.start() - 80), match.start()):
                continue
            if entry in SURE_PERSONS and "patient name" in self.lexicon.entries:
                entry = "patient name"
            for span in values_at(text, match.end(), entry):
                yield match.start(), entry, span

    def _marked_up(self, text: str, at: int) -> Iterator[tuple[int, str, Span]]:
        """Elements, definition lists and table rows of HTML and XML, and the fields of forms."""
        for at_value in (at - 1, at - 2):
            match = _MARKUP_NAME.match(text, max(0, at_value - 160), at_value)
            if match is None:
                continue
            entry = self.lexicon.find_sure(match["name"])
            if entry is not None:
                for span in markup_at(text, at_value):
                    if self.lexicon.find(text[span[0] : span[1]]) is None:
                        yield match.start(), entry, span
                return
        yield from self._form_control(text, at)

    def _form_control(self, text: str, at: int) -> Iterator[tuple[int, str, Span]]:
        start = text.rfind("<", max(0, at - 300), at)
        tag = _TAG.match(text, start) if start >= 0 else None
        if tag is None:
            return
        name, value = _TAG_NAME.search(tag[0]), _TAG_VALUE.search(tag[0])
        entry = self.lexicon.find_sure(name[1]) if name is not None and value is not None else None
        if entry is not None and value is not None:
            for span in quoted_at(text, start + value.end()):
                yield start, entry, span

    def _form(self, text: str, at: int) -> Iterator[tuple[int, str, Span]]:
        """Fields of a query or of a form's body, `fname=jane&lname=roe`, around a hit."""
        low, high = max(0, at - FORM_CHARS), min(len(text), at + FORM_CHARS)
        low = max(low, *(text.rfind(c, low, at) + 1 for c in " \n\"'"))
        for match in _FORM_FIELD.finditer(text, low, high):
            entry = self.lexicon.find_sure(match[1])
            if entry is not None:
                yield match.start(), entry, match.span(2)

    def _neighbours(self, text: str, low: int, high: int) -> Iterator[Labelled]:
        """Values under ordinary names in a record: `name`, `address`, `zip` beside a date of birth."""
        for match in self._neighbour.finditer(text, low, high):
            entry = self.lexicon.find(match[0])
            if entry is None or self._is_another(text, match, entry):
                continue
            operator = _AFTER_NAME.match(text, match.end())
            if operator is None:
                continue
            for span in values_at(text, operator.end(), entry):
                if entry in FULL_NAMES and not text[span[0]].isupper():
                    continue
                if self.lexicon.find(text[span[0] : span[1]]) is None:
                    yield from self._labelled("full name" if entry == "name" else self.lexicon.in_record(entry), span)

    def _is_another(self, text: str, match: "regex.Match[str]", entry: str) -> bool:
        """Whether the words before an ordinary name make it another's, or an author's, who is no secret."""
        if _AUTHOR.search(text, max(0, match.start() - 40), match.start()):
            return True
        if (outer := _OUTER.match(text, max(0, match.start() - 200), match.start())) and OWNERS.isdisjoint(
            words(outer[1])
        ):
            return words(outer[1])[-1:] not in (
                ("name",),
                ("record",),
                ("data",),
                ("results",),
                ("address",),
                ("location",),
            )
        name = _NAME.match(text, max(0, match.start() - 30), match.end())
        if name is None:
            return False
        whole = self.lexicon.find(name[0])
        return whole != entry and (whole is not None or not STOPS.isdisjoint(words(name[0])))


_OUTER = regex.compile(r"""(?r)([A-Za-z_]{2,40})["']?\s{0,4}(?:=>|[:=])\s{0,4}\{[^{}]{0,120}""")
"""The name under which an object stands that isn't closed yet."""

_AFTER_NAME = regex.compile(r"""["'*]{0,3}\s{0,2}(?:=>|[:=])[ \t]{0,8}\*{0,2}\s{0,2}""")


def _is_two_cells(text: str, start: int, at: int) -> bool:
    """Whether the row around text[start:at] holds a name and a value and nothing else."""
    low = text.rfind("\n", max(0, start - 80), start) + 1
    high = text.find("\n", at, at + 300)
    high = high if high >= 0 else min(len(text), at + 300)
    delimiter = "|" if "|" in text[start:at] else "\t"
    row = text[low:high].strip(" |\r")
    return row.count(delimiter) == 1 and not text[high + 1 : high + 6].strip(" |+").startswith(("--", ":-"))


def _joined(records: list[Span], length: int) -> Iterator[Span]:
    """Where neighbours of the records' names may stand, each stretch once."""
    low = high = 0
    for start, end in sorted(records):
        if start - RECORD_CHARS > high:
            if high > low:
                yield low, high
            low = start - RECORD_CHARS
        high = max(high, min(length, end + RECORD_CHARS))
    if high > low:
        yield low, high
