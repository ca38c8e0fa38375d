"""Formats of people's address books: vCard, LDIF, the attendees of iCalendar, and the senders and recipients of mail.

Their property names (`N`, `cn`, `To`) say nothing elsewhere, so each counts only in the block of its own format.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from detectors.label import Labelled
from detectors.structure.lexicon import Lexicon
from detectors.structure.literal import is_literal

FORM = "contact"

MAX_BLOCK_CHARS = 16_000

_VCARD_END = re.compile(r"END:VCARD|BEGIN:VCARD")
_VCARD_LINE = re.compile(r"[ \t+>]{0,8}(?:item\d{1,2}\.)?([A-Z-]{1,16})(?:;[^:\r\n]{0,200})?:([^\r\n]{1,400})")
_VCARD: Mapping[str, str] = {
    "FN": "person name",
    "N": "person name",
    "NICKNAME": "nickname",
    "BDAY": "date of birth",
    "ADR": "address",
    "LABEL": "address",
    "TEL": "phone",
    "EMAIL": "email",
}

_LDIF_LINE = re.compile(r"[ \t+>]{0,8}([A-Za-z][A-Za-z0-9-]{0,40})(?:;[\w-]{1,20})?:[ ]([^\r\n]{1,300})")
_LDIF: Mapping[str, str] = {
    "cn": "person name",
    "displayname": "person name",
    "sn": "last name",
    "gn": "first name",
    "street": "address",
    "streetaddress": "address",
    "homepostaladdress": "address",
    "postaladdress": "address",
    "registeredaddress": "address",
    "l": "city",
    "postalcode": "postal code",
    "telephonenumber": "phone",
    "homephone": "phone",
    "mobile": "phone",
    "mail": "email",
}
_NO_PERSON = re.compile(
    r"(?mi)^[ \t+>]{0,8}objectClass:[ ](?:organizationalUnit|groupOf\w{1,20}|domain|dcObject|applicationProcess)\b"
)

_PARAMETER = re.compile(r"""CN=(?:"([^"\r\n]{2,60})"|([^;:"\r\n]{2,60}))[;:]""")
_MAILBOX = re.compile(r"""(?:"([^"\r\n]{2,60})"|([^\W\d_][^<>",:;@\r\n]{1,60}?))[ ]?<[^<>@\s]{1,64}@[^<>@\s]{1,190}>""")
_NO_SENDER = re.compile(r"(?i)team|support|list|noreply|no-reply|info|service|bot\b|notification|via ")


class ContactReader:
    """Reads contacts. `entries` are the names that rules know."""

    gates: Sequence[bytes] = (
        rb"BEGIN:VCARD",
        rb"(?:^|\n)[ \t+>]{0,8}dn:{1,2}[ ](?i:uid|cn|mail|sn|ou|o|dc|employeenumber)=",
        rb"(?:ATTENDEE|ORGANIZER)[;][^\r\n]{0,200}CN=",
        rb"(?:^|\n)[ \t>]{0,8}(?:From|To|C[Cc]|B[Cc][Cc]|Sender|Reply-To|X-Original-From):[ ][^\r\n<@]{0,200}<",
    )

    def __init__(self, entries: frozenset[str]) -> None:
        self.lexicon = Lexicon(entries)

    def read(self, text: str, hits: Sequence[tuple[int, int]]) -> Iterator[Labelled]:
        """The values of each contact that was hit."""
        for gate, at in hits:
            if gate == 0:
                yield from self._vcard(text, at)
            elif gate == 1:
                yield from self._ldif(text, text.find("\n", at) + 1 or len(text))
            elif gate == 2:
                yield from self._names(text, _PARAMETER.finditer(text, at - 3, at + 80))
            else:
                end = text.find("\n", at)
                yield from self._names(
                    text, _MAILBOX.finditer(text, text.rfind(":", 0, at), end if end >= 0 else len(text))
                )

    def _vcard(self, text: str, at: int) -> Iterator[Labelled]:
        end = _VCARD_END.search(text, at, at + MAX_BLOCK_CHARS)
        for match in _VCARD_LINE.finditer(text, at, end.start() if end else min(len(text), at + MAX_BLOCK_CHARS)):
            entry = _VCARD.get(match[1])
            if entry is not None:
                yield from self._labelled(text, entry, *_filled(text, *match.span(2)))

    def _ldif(self, text: str, at: int) -> Iterator[Labelled]:
        block = _blank_line(text, at)
        if _NO_PERSON.search(text, at, block):
            return
        while at < block:
            match = _LDIF_LINE.match(text, at, block)
            if match is not None and (entry := _LDIF.get(match[1].lower()) or self.lexicon.find_sure(match[1])):
                yield from self._labelled(text, entry, *match.span(2))
            at = text.find("\n", at, block) + 1 or block

    def _names(self, text: str, found: Iterator["re.Match[str]"]) -> Iterator[Labelled]:
        for match in found:
            which = 1 if match[1] is not None else 2
            if not _NO_SENDER.search(match[which]):
                yield from self._labelled(text, "contact name", *match.span(which))

    def _labelled(self, text: str, entry: str, start: int, end: int) -> Iterator[Labelled]:
        if entry in self.lexicon.entries and start < end and is_literal(text[start:end]):
            for spelling in self.lexicon.spellings(entry):
                yield Labelled(start, end, spelling, FORM)


def _filled(text: str, start: int, end: int) -> tuple[int, int]:
    """Without the empty components around a structured value, `;;12 High St;Salem`."""
    value = text[start:end]
    return start + len(value) - len(value.lstrip("; ")), start + len(value.rstrip("; \\n"))


def _blank_line(text: str, at: int) -> int:
    limit = min(len(text), at + MAX_BLOCK_CHARS)
    ends = [place for sep in ("\n\n", "\n\r\n", "\ndn:") if (place := text.find(sep, at, limit)) >= 0]
    return min(ends, default=limit)
