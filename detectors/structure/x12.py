"""X12 health care transactions (270, 271, 276, 277, 278, 834, 835, 837): the elements that tell of persons.

Delimiters are those an interchange header declares, else `*` and `~`. Which loop a segment stands in is told by the
last name segment: addresses of payers and billing providers are nobody's. Positions and qualifiers are those of the
HIPAA implementation guides, as the payers' companion guides repeat them.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from detectors.label import Labelled
from detectors.structure.blank import is_blank, is_organisation, trimmed

FORM = "x12"
PREFIX = "x12:"

HEADER_GATE = rb"ISA[^A-Za-z0-9\s][0-9]{2}[^A-Za-z0-9]"
SEGMENT_GATE = (
    rb"(?:NM1[*|^][0-9A-Z]{2,3}[*|^]1[*|^]|DMG[*|^]D8[*|^]|REF[*|^](?:SY|EA|0F|1L|1W|IG|EJ)[*|^]|CLP[*|^]|PER[*|^]I[CP][*|^]"
    rb"|CLM[*|^])"
)

_HEADER_ELEMENTS = 16
_NAMES = frozenset({"NM1", "N1", "HL", "NX1"})
_PATIENTS = frozenset({"IL", "QC", "74", "70", "03", "QD", "S1", "GD", "31", "EY", "S3", "E1", "EI", "EXS", "LR", "J6"})
"""Entity codes of the insured, patients, dependents, guardians and other persons about whom a transaction is."""

_NAME_IDS = {
    "MI": "NM1-9.MI", "ZZ": "NM1-9.MI", "II": "NM1-9.MI", "MR": "NM1-9.MI", "HN": "NM1-9.MI", "N": "NM1-9.MI",
    "C": "NM1-9.MI", "C1": "NM1-9.MI", "SY": "NM1-9.SY", "34": "NM1-9.SY", "XX": "NM1-9.XX",
}  # fmt: skip
_REFERENCES = {
    "SY": "REF-2.SY", "EA": "REF-2.EA", "0F": "REF-2.0F", "1L": "REF-2.0F", "1W": "REF-2.0F", "IG": "REF-2.0F",
    "A6": "REF-2.0F", "23": "REF-2.0F", "F6": "REF-2.0F", "NQ": "REF-2.0F", "Q4": "REF-2.0F", "G1": "REF-2.G1",
    "9F": "REF-2.G1", "F8": "REF-2.G1", "Y4": "REF-2.G1", "BB": "REF-2.G1", "1K": "REF-2.G1", "D9": "REF-2.G1",
    "EJ": "REF-2.EJ", "XZ": "REF-2.XZ", "HPI": "REF-2.HPI",
}  # fmt: skip
_CONTACTS = {"TE": "PER-4", "HP": "PER-4", "WP": "PER-4", "CP": "PER-4", "FX": "PER-4", "AP": "PER-4", "EM": "PER-4.EM"}

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Marks:
    element: str = "*"
    terminator: str = ""
    """Empty: not declared. Segments then end with `~`, a quote or the line."""


class X12Reader:
    """Reads the elements that entries such as `x12:NM1-3`, `x12:NM1-9.MI` and `x12:REF-2.SY` name.

    After the dot stands the qualifier that says what the element is; `x12:NM1-3.provider` is the name of a person who
    is no patient.
    """

    gates: Sequence[bytes] = (HEADER_GATE, SEGMENT_GATE)

    def __init__(self, entries: frozenset[str]) -> None:
        self._entries = frozenset(entry for entry in entries if entry.startswith(PREFIX))

    def read(self, text: str, hits: Sequence[tuple[int, int]]) -> Iterator[Labelled]:
        if not hits or not self._entries:
            return
        headers = sorted({text.rfind("ISA", max(0, end - 8), end) for gate, end in hits if gate == 0})
        first = max(0, min(end for _, end in hits) - 12)
        yield from self._region(text, first, headers[0] if headers else len(text), None)
        for at, end in zip(headers, [*headers[1:], len(text)], strict=False):
            yield from self._region(text, at, end, _marks(text, at))

    def _region(self, text: str, start: int, end: int, declared: _Marks | None) -> Iterator[Labelled]:
        about = ""  # whom the segments that follow describe
        for name, spans in _segments(text, start, end, declared or _guessed(text, start, end)):
            if name in _NAMES:
                about = _about(text, name, spans)
            for entry, span in _elements(text, name, spans, about):
                span = trimmed(text, *span)
                if PREFIX + entry in self._entries and not is_blank(text[slice(*span)]):
                    yield Labelled(*span, PREFIX + entry, FORM)


def _marks(text: str, header: int) -> _Marks:
    """The delimiters of an interchange: the fourth character, and what follows the sixteenth element."""
    element = text[header + 3]
    at = header
    for _ in range(_HEADER_ELEMENTS):
        at = text.find(element, at + 1, header + 140)
        if at < 0:
            return _Marks(element)
    terminator = text[at + 2 : at + 3]
    return _Marks(element, terminator if terminator and not terminator.isalnum() else "")


def _guessed(text: str, start: int, end: int) -> _Marks:
    found = re.search(r"(?:NM1|DMG|REF|PER|CLM|CLP|N3|N4)([*|^])", text[start : min(end, start + 400)])
    return _Marks(found.group(1) if found else "*")


def _segments(text: str, start: int, end: int, marks: _Marks) -> Iterator[tuple[str, list[Span]]]:
    """Names and elements (from number 1) of the segments that matter."""
    opening = re.compile(
        rf"(?:(?<![A-Za-z0-9])|(?<=\\n)|(?<=\\r))(NM1|N1|HL|N3|N4|DMG|REF|PER|CLM|CLP|SBR|PAT){re.escape(marks.element)}"
    )
    closing = re.compile(re.escape(marks.terminator) if marks.terminator.strip() else r"[~\r\n\"'`]|\\[rn]")
    at = start
    while opened := opening.search(text, at, end):
        closed = closing.search(text, opened.end(), min(end, opened.end() + 2000))
        stop = closed.start() if closed else min(end, opened.end() + 2000)
        again = opening.search(text, opened.end(), stop)
        if again and text[again.start() - 1] in "\r\n":  # a lost terminator
            stop = again.start()
        if text[opened.start() - 1 : opened.start()] != marks.element or opened.start() == 0:
            yield opened.group(1), _split(text, opened.end(), stop, marks.element)
        at = max(stop, opened.end())


def _split(text: str, start: int, end: int, mark: str) -> list[Span]:
    spans = []
    while (at := text.find(mark, start, end)) >= 0:
        spans.append((start, at))
        start = at + 1
    return [*spans, (start, end)]


def _about(text: str, name: str, spans: list[Span]) -> str:
    if name == "HL":
        return ""
    code = _word(text, spans, 1)
    if name == "NM1" and _word(text, spans, 2) != "1":
        return "organisation"
    if code in _PATIENTS:
        return "patient"
    return "provider" if name == "NM1" else "organisation"


def _word(text: str, spans: list[Span], number: int) -> str:
    return text[slice(*spans[number - 1])].strip() if number <= len(spans) else ""


Elements = Iterator[tuple[str, Span]]


def _elements(text: str, name: str, spans: list[Span], about: str) -> Elements:
    if name == "NM1":
        yield from _name(text, spans, about)
    elif name == "N3" and about == "patient":
        if span := _joined(text, spans[:2]):
            yield "N3-1", span
    elif name == "N4" and about == "patient":
        if span := _joined(text, spans[:3]):
            yield "N4-1", span
    elif name == "REF" and len(spans) > 1:
        if (entry := _REFERENCES.get(_word(text, spans, 1))) is not None:
            yield entry, spans[1]
    elif name == "PER":
        yield from _contact(text, spans)
    else:
        yield from _positions(text, name, spans)


def _name(text: str, spans: list[Span], about: str) -> Elements:
    if about != "organisation" and (span := _joined(text, spans[2:5])) and not is_organisation(text[slice(*span)]):
        yield "NM1-3" if about == "patient" else "NM1-3.provider", span
    entry = _NAME_IDS.get(_word(text, spans, 8))
    if entry is not None and len(spans) > 8 and (about == "patient" or entry != "NM1-9.MI"):
        yield entry, spans[8]


def _contact(text: str, spans: list[Span]) -> Elements:
    if len(spans) > 1 and " " in _word(text, spans, 2) and not is_organisation(_word(text, spans, 2)):
        yield "PER-2", spans[1]
    for number in (3, 5, 7):
        entry = _CONTACTS.get(_word(text, spans, number))
        if entry is not None and number < len(spans):
            yield entry, spans[number]


_FIXED = {"DMG": (2,), "CLM": (1,), "CLP": (1, 7), "SBR": (3,), "PAT": (6,)}


def _positions(text: str, name: str, spans: list[Span]) -> Elements:
    for number in _FIXED.get(name, ()):
        if number <= len(spans) and len(_word(text, spans, number)) > 1:
            yield f"{name}-{number}", spans[number - 1]


def _joined(text: str, spans: Sequence[Span]) -> Span | None:
    """From the first to the last that isn't empty."""
    present = [span for span in spans if text[slice(*span)].strip()]
    return (present[0][0], present[-1][1]) if present else None
