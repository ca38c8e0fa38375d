"""HL7 version 2 messages: which field of which segment stands where.

Segments are found wherever they stand: one per line, joined by the two characters `\\r` in a string literal, behind
line numbers or diff marks, inside quotes, framed for MLLP, without a header. Positions and data types are HL7's own
(v2.9, chapters 2A, 3, 4, 6 and 10, http://www.hl7.eu/HL7v2x/v29/std29/hl7.html); which are worth a finding rules say.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from detectors.label import Labelled
from detectors.structure.blank import is_blank, is_organisation, trimmed
from detectors.structure.hl7field import ID_TYPES, TYPES

FORM = "hl7"
PREFIX = "hl7:"

HEADER_GATE = rb"(?:MSH|BHS|FHS)[!-/:-@\[-`{-~]{4}"
SEGMENT_GATE = rb"(?:^|[^A-Za-z0-9])(?:PID|PD1|NK1|PV1|GT1|IN1|IN2|MRG|STF|QPD|QRD)[|]"
ESCAPED_GATE = rb"\\(?:[rn]|x0[DdAa]|u000[DdAa])(?:PID|PD1|NK1|PV1|GT1|IN1|IN2|MRG)[|]"

_HEADERS = ("MSH", "BHS", "FHS")
_BREAK = re.compile(
    r"[\r\n\x0b\x1c\x85\u2028]|\\[rn](?![a-z])|\\x0[dDaA]|\\u000[dDaA]|&#(?:1[03]|x0?[dDaA]);|<(?:CR|cr|br|BR) ?/?>|</"
)
_WRAPPED_CHARS = 60
"""A line of a message that breaks off after this many characters, followed by no segment, is one that was wrapped."""

_SURE_IDS = frozenset({"PID-3", "PID-18", "PV1-19"})
"""Fields that hold an identifier however short."""

_QUERY = re.compile(r"@?([A-Z][A-Z0-9]{2})\.([0-9]{1,2})(?:\.[0-9.]{1,5})?")
_OPENERS = frozenset("\r\n\x0b\x1c\x85\u2028\"'`>\t;") | {""}
"""What a segment's name can stand right behind; anything else must be one of a line's first marks."""

_SET_ID = re.compile(r"[0-9]{0,4}|[A-Z]{2}")
_WITHOUT_SET_ID = frozenset({"MRG", "STF", "QPD", "QRD", "PD1"})
_LETTERS = re.compile(r"[^\W\d_]{2}")
_LETTER = re.compile(r"[^\W\d_]")
_MAILBOX = re.compile(r"[\w.+'-]{1,64}@[\w-]{1,63}\.[\w.-]{1,190}")

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Marks:
    """The delimiters a message header declares, by default HL7's recommended ones."""

    field: str = "|"
    component: str = "^"
    repetition: str = "~"
    part: str = "&"


_DEFAULT = _Marks()


class Hl7Reader:
    """Reads the fields named by entries such as `hl7:PID-5`.

    What is told of a field depends on its type: the identifier, the family, given and second name, the street to the
    postal code, the number of a telephone, the date. `hl7:CX-SS` and its like are identifiers whose type code says what
    they are, wherever they stand; `hl7:XTN-4` is an e-mail address, `hl7:XCN-1` the identifier of a clinician.
    """

    gates: Sequence[bytes] = (HEADER_GATE, SEGMENT_GATE, ESCAPED_GATE)

    def __init__(self, entries: frozenset[str]) -> None:
        self._entries = frozenset(entry for entry in entries if entry.startswith(PREFIX))
        fields: dict[str, dict[int, str]] = {}
        kinds = {entry[len(PREFIX) :].partition("-")[0] for entry in self._entries}
        for segment, types in TYPES.items():
            for number, kind in types.items():
                if kind in kinds or f"{PREFIX}{segment}-{number}" in self._entries or kind == "QPD":
                    fields.setdefault(segment, {})[number] = kind
        for entry in self._entries:
            segment, _, position = entry[len(PREFIX) :].partition("-")
            if position.isdecimal() and segment not in ("XTN", "XCN"):
                fields.setdefault(segment, {}).setdefault(int(position), "ST")
        self._fields = {segment: dict(sorted(numbers.items())) for segment, numbers in fields.items()}

    def read(self, text: str, hits: Sequence[tuple[int, int]]) -> Iterator[Labelled]:
        if not hits:
            return
        headers = [end - 7 for gate, end in hits if gate == 0]
        first = max(0, min(end for _, end in hits) - 16)
        yield from self._region(text, first, headers[0] if headers else len(text), _DEFAULT, in_message=False)
        for at, end in zip(headers, [*headers[1:], len(text)], strict=False):
            yield from self._region(text, at, end, _marks(text, at), in_message=True)

    def _region(self, text: str, start: int, end: int, marks: _Marks, *, in_message: bool) -> Iterator[Labelled]:
        begins = [m for m in _finder(marks.field).finditer(text, start, end) if _is_start(text, m.start(1), marks)]
        if in_message:
            begins = _with_glued(text, start, end, marks.field, begins)
        for index, match in enumerate(begins):
            name = match.group(1)
            if name not in self._fields:
                continue
            limit = begins[index + 1].start(1) if index + 1 < len(begins) else end
            at = match.end()
            stop = _segment_end(text, match.start(1), at, limit, marks, in_message)
            if in_message or _is_segment(text, name, at, stop, marks):
                yield from self._segment(text, name, _split(text, at, stop, marks.field), marks)

    def _segment(self, text: str, name: str, spans: list[Span], marks: _Marks) -> Iterator[Labelled]:
        for number, kind in self._fields[name].items():
            if number > len(spans):
                continue
            start, end = spans[number - 1]
            if number == len(spans):
                start, end = trimmed(text, start, end)
            for rep_start, rep_end in _split(text, start, end, marks.repetition) if start < end else ():
                yield from self._repetition(text, f"{name}-{number}", kind, rep_start, rep_end, marks)

    def _repetition(
        self, text: str, position: str, kind: str, start: int, end: int, marks: _Marks
    ) -> Iterator[Labelled]:
        parts = _split(text, start, end, marks.component)
        if kind == "QPD":
            yield from self._query(text, parts)
            return
        for name, span in _READERS[kind](text, parts, position, marks):
            span = trimmed(text, *span)
            entry = PREFIX + name
            if entry not in self._entries:
                entry = PREFIX + position if name.startswith("CX-") else ""
            if entry in self._entries and not is_blank(text[span[0] : span[1]]):
                yield Labelled(*span, entry, FORM)

    def _query(self, text: str, parts: list[Span]) -> Iterator[Labelled]:
        """A query parameter, `@PID.5.1^SMITH`, or a patient's identifier."""
        named = _QUERY.fullmatch(text, *parts[0])
        entry = f"{PREFIX}{named.group(1)}-{named.group(2)}" if named else f"{PREFIX}PID-3"
        span = parts[1] if named and len(parts) > 1 else parts[0]
        if entry in self._entries and not is_blank(text[span[0] : span[1]]):
            yield Labelled(*span, entry, FORM)


@lru_cache(maxsize=16)
def _finder(field: str) -> re.Pattern[str]:
    return re.compile(
        rf"(?:(?<![A-Za-z0-9])|(?<=\\[rn])|(?<=\\x0[dDaA])|(?<=\\u000[dDaA]))([A-Z][A-Z0-9]{{2}}){re.escape(field)}"
    )


@lru_cache(maxsize=16)
def _glued_finder(field: str) -> re.Pattern[str]:
    mark = re.escape(field)
    return re.compile(rf"(?<=[A-Za-z0-9.|])({'|'.join(sorted(TYPES))}){mark}(?=[0-9A-Z]{{0,4}}{mark})")


def _with_glued(text: str, start: int, end: int, field: str, begins: list[re.Match[str]]) -> list[re.Match[str]]:
    """The segments' beginnings, with those of a message that lost its line ends: there one runs into the next."""
    found = _BREAK.search(text, start, end)
    stop = found.start() if found else end
    if any(start < begin.start(1) < stop for begin in begins):
        return begins
    glued = list(_glued_finder(field).finditer(text, start, stop))
    return [*begins[:1], *glued, *begins[1:]] if glued and begins else begins


def _marks(text: str, header: int) -> _Marks:
    field = text[header + 3]
    stop = text.find(field, header + 4, header + 12)
    declared = text[header + 4 : stop] if stop > 0 else ""
    if len(declared) < 2 or any(c.isalnum() or c.isspace() for c in declared[:2]):
        return _Marks(field)
    return _Marks(field, declared[0], declared[1], declared.removesuffix(";")[-1])


def _is_start(text: str, at: int, marks: _Marks) -> bool:
    """Whether three letters before a field mark begin a segment, and aren't the last of a field's."""
    before = text[at - 1 : at]
    if before in _OPENERS or before.isalnum() or _is_indent(text, at):  # a letter is what ends an escape
        return before not in (marks.field, marks.component, marks.repetition, marks.part) or not before
    return before in " +-:,=([{;" and (text[at : at + 3] in TYPES or text[at : at + 3] in _HEADERS)


def _is_indent(text: str, at: int) -> bool:
    return not text[text.rfind("\n", max(0, at - 16), at) + 1 : at].strip(" \t+->|0123456789:")


def _segment_end(text: str, begin: int, at: int, limit: int, marks: _Marks, in_message: bool) -> int:
    """Where a segment stops: at the end of its line, or of the next one when it was wrapped."""
    found = _BREAK.search(text, at, limit)
    while found is not None and in_message and found.group() in "\r\n" and found.start() - begin >= _WRAPPED_CHARS:
        following = found.end() + text.startswith("\n", found.end(), limit)
        further = _BREAK.search(text, following, limit)
        stop = further.start() if further else limit
        if stop == following or text.count(marks.field, following, stop) < 3:
            break
        begin, found = following, further
    return found.start() if found else limit


def _is_segment(text: str, name: str, at: int, stop: int, marks: _Marks) -> bool:
    """Whether what has no message header before it reads as a segment all the same."""
    fields = _split(text, at, stop, marks.field)
    if len(fields) < 3 or (name not in _WITHOUT_SET_ID and not _SET_ID.fullmatch(text, *fields[0])):
        return False
    return text.find(marks.component, at, stop) >= 0 or len(fields) >= 7


def _split(text: str, start: int, end: int, mark: str) -> list[Span]:
    spans = []
    while (at := text.find(mark, start, end)) >= 0:
        spans.append((start, at))
        start = at + 1
    spans.append((start, end))
    return spans


def _present(text: str, spans: Sequence[Span]) -> list[Span]:
    return [span for span in spans if not is_blank(text[span[0] : span[1]])]


def _joined(text: str, spans: Sequence[Span]) -> Span | None:
    """From the first to the last that isn't empty."""
    present = _present(text, spans)
    return (present[0][0], present[-1][1]) if present else None


Found = Iterator[tuple[str, Span]]


def _first(text: str, parts: list[Span], position: str, marks: _Marks) -> Found:
    yield position, parts[0]


def _identifier(text: str, parts: list[Span], position: str, marks: _Marks) -> Found:
    code = text[slice(*parts[4])].strip() if len(parts) > 4 else ""
    if len(text[slice(*parts[0])].strip()) > 1 or position in _SURE_IDS:  # elsewhere a lone digit counts something
        yield ID_TYPES.get(code, position), parts[0]


def _name(text: str, parts: list[Span], position: str, marks: _Marks) -> Found:
    span = _joined(text, parts[:3])
    if span and _LETTER.search(text, *span):
        yield position, span


def _clinician(text: str, parts: list[Span], position: str, marks: _Marks) -> Found:
    """Identifier, family, given, second name. Some senders leave out the identifier or all but the name."""
    span = _joined(text, parts[1:4])
    words = text[slice(*parts[0])].strip()
    if is_organisation(text[slice(*span)] if span else words):
        return
    if span and _LETTERS.search(text, *span):
        lone = len(_present(text, parts[1:4])) == 1 and words.isalpha() and len(parts) == 2
        yield position, (parts[0][0], span[1]) if lone else span
    elif _LETTERS.search(words) and (" " in words or "," in words) and not any(c.isdecimal() for c in words):
        yield position, parts[0]
    if words.isdecimal():
        yield "XCN-1", parts[0]


def _clinician_parts(text: str, parts: list[Span], position: str, marks: _Marks) -> Found:
    """A name whose parts are subcomponents of the first component."""
    pieces = _split(text, *parts[0], marks.part)
    if len(pieces) > 1:
        yield from _clinician(text, pieces, position, marks)
    else:
        yield from _clinician(text, parts, position, marks)


def _address(text: str, parts: list[Span], position: str, marks: _Marks) -> Found:
    telling = [parts[index] for index in (0, 1, 2, 4) if index < len(parts)]
    if _present(text, telling) and (span := _joined(text, parts[:5])):
        yield position, span


def _phone(text: str, parts: list[Span], position: str, marks: _Marks) -> Found:
    for index, part in enumerate(parts):
        if index in (0, 3) and (mailbox := _MAILBOX.search(text, *part)):
            yield "XTN-4", mailbox.span()
        elif index in (0, 11) and sum(c.isdecimal() for c in text[part[0] : part[1]]) >= 5:
            yield position, part
    number = _joined(text, parts[4:7])
    if number and len(parts) > 6 and sum(c.isdecimal() for c in text[slice(*number)]) >= 7:
        yield position, number


def _date(text: str, parts: list[Span], position: str, marks: _Marks) -> Found:
    if sum(c.isdecimal() for c in text[slice(*parts[0])]) >= 4:
        yield position, parts[0]


_READERS = {
    "ST": _first,
    "CX": _identifier,
    "XPN": _name,
    "XCN": _clinician,
    "NDL": _clinician_parts,
    "XAD": _address,
    "XTN": _phone,
    "TS": _date,
}
