"""PDF: the text of each page, and every string and text stream of the file besides: metadata, forms, notes, scripts.

The only importer of pypdf. Editors append what they change, so what a file said before is read as well. Glyphs of
fonts that don't say which characters they stand for are incomplete, and so are pixels.
"""

import logging
import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from pypdf import PdfReader, apply_configuration
from pypdf.errors import LimitReachedError
from pypdf.generic import (
    ArrayObject,
    ByteStringObject,
    DictionaryObject,
    IndirectObject,
    StreamObject,
    TextStringObject,
)

from proxy.attachments.image import TINY_PIXELS
from proxy.attachments.opening import Opening, join
from proxy.attachments.text import decode, is_binary, strings
from proxy.reason import Reason, RequestError

logging.getLogger("pypdf").setLevel(logging.CRITICAL + 1)  # its warnings quote the file

STREAM_BYTES = 32 << 20
MAX_REVISIONS = 4
LINEARIZED_BYTES = 1024
EMPTY_BYTES = 16
"""What packing nothing takes, and some."""

_LIMITS: dict[str, Any] = {
    "zlib_maximum_output_length": STREAM_BYTES,
    "zlib_maximum_recovery_input_length": 1 << 20,
    "lzw_maximum_output_length": STREAM_BYTES,
    "run_length_maximum_output_length": STREAM_BYTES,
    "array_based_stream_maximum_output_length": STREAM_BYTES,
    "jbig2_maximum_output_length": STREAM_BYTES,
    "stream_decoding_work_maximum_length": 2 * STREAM_BYTES,
    "stream_filters_maximum_length": 4,
    "page_tree_maximum_entries": 20_000,
    "xform_maximum_invocations_per_extraction": 500,
    "jbig2dec_binary": None,
    "disable_legacy_handling": True,
}

_FONTS = frozenset({"/FontFile", "/FontFile2", "/FontFile3", "/ToUnicode", "/CIDToGIDMap", "/CIDSet", "/Encoding"})
_APPEARANCES = frozenset({"/N", "/R", "/D"})
_NO_TEXT = frozenset({"/ID", "/CheckSum", "/Panose", "/Registry", "/Ordering", "/Lookup"})
_MOST_NESTED = 60
_END = re.compile(rb"%%EOF[ \r\n]{0,2}")
_INLINE_PICTURE = re.compile(rb"(?<![^\s])BI\s[^()]{2,400}?\sID\s")


def read_pdf(content: bytes, opening: Opening, within: str) -> None:
    """Reads a PDF. One that opens without a password is read even if it is encrypted."""
    with apply_configuration(**_LIMITS):
        _read_revision(content, opening, within)
        ends = _revisions(content)
        if len(ends) > MAX_REVISIONS:
            opening.fail()
        for number, end in enumerate(ends[-MAX_REVISIONS:], 1):
            try:
                _read_revision(content[:end], opening, join(within, f"revision:{number}"))
            except Exception as err:
                _note(err, opening)


def _revisions(content: bytes) -> list[int]:
    """Where the file ended before its last changes. One made for the web has an end behind its first page, too."""
    ends = [mark.end() for mark in _END.finditer(content)][:-1]
    return ends[1:] if b"/Linearized" in content[:LINEARIZED_BYTES] else ends


def _read_revision(content: bytes, opening: Opening, within: str) -> None:
    reader = PdfReader(BytesIO(content), root_object_recovery_limit=1000)
    if reader.is_encrypted and not reader.decrypt(""):
        opening.fail()
        return
    try:
        _read_pages(reader, opening, within)
    finally:
        _Objects(reader, opening, within).read()


def _read_pages(reader: PdfReader, opening: Opening, within: str) -> None:
    for number, page in enumerate(reader.pages, 1):
        if number > opening.bounds.pages:
            opening.fail(Reason.TOO_LARGE)
            return
        try:
            text = page.extract_text()
        except Exception as err:
            _note(err, opening)
        else:
            opening.text(within, f"page:{number}", text)


def _note(err: Exception, opening: Opening) -> None:
    """Notes a fault of one page or object; what else there is can be read all the same."""
    if isinstance(err, RequestError | MemoryError):
        raise err
    opening.fail(Reason.DECODE_BUDGET if isinstance(err, LimitReachedError) else Reason.ATTACHMENT)


class _Objects:
    """All objects of a file, whatever refers to them: their strings, and their streams by what they are."""

    def __init__(self, reader: PdfReader, opening: Opening, within: str) -> None:
        self._reader = reader
        self._opening = opening
        self._within = within
        self._roles: dict[int, str] = {}
        self._streams: list[tuple[int, StreamObject]] = []
        self._lines: dict[str, None] = {}

    def read(self) -> None:
        self._collect(self._reader.trailer, "", 0)
        for number, generation in self._ids():
            try:
                found: Any = self._reader.get_object(IndirectObject(number, generation, self._reader))
                if isinstance(found, StreamObject):
                    self._streams.append((number, found))
                self._collect(found, "", 0)
            except Exception as err:
                _note(err, self._opening)
        self._opening.text(self._within, "metadata", "\n".join(self._lines))
        for number, stream in self._streams:
            try:
                self._read_stream(number, stream)
            except Exception as err:
                _note(err, self._opening)

    def _ids(self) -> Iterator[tuple[int, int]]:
        for generation, offsets in self._reader.xref.items():
            free = self._reader.xref_free_entry.get(generation, {})
            yield from ((number, generation) for number in list(offsets) if not free.get(number))
        yield from ((number, 0) for number in list(self._reader.xref_objStm))

    def _collect(self, found: Any, key: str, depth: int) -> None:
        """Adds the strings in an object, and notes under which name it refers to others."""
        if depth > _MOST_NESTED:
            self._opening.fail(Reason.DECODE_BUDGET)
        elif isinstance(found, DictionaryObject):
            self._look_at_font(found)
            value = found.get("/V") if "/T" in found else None
            if isinstance(value, TextStringObject):
                self._lines[f"{found.get('/T')}: {value}"] = None
            for name, member in found.items():
                if str(name) not in _NO_TEXT:
                    self._collect(member, str(name), depth + 1)
        elif isinstance(found, ArrayObject):
            for member in found:
                self._collect(member, key, depth + 1)
        elif isinstance(found, IndirectObject):
            self._roles.setdefault(found.idnum, key)
        elif isinstance(found, TextStringObject | ByteStringObject) and (text := _plain(found)):
            self._lines[f"{key[1:]}: {text}" if key else text] = None

    def _look_at_font(self, found: DictionaryObject) -> None:
        if found.get("/Type") != "/Font" or "/ToUnicode" in found:
            return
        identity = found.get("/Subtype") == "/Type0" and str(found.get("/Encoding")).startswith("/Identity")
        if identity or found.get("/Subtype") == "/Type3":
            self._opening.fail()

    def _read_stream(self, number: int, stream: StreamObject) -> None:
        role, kind, subtype = self._roles.get(number, ""), stream.get("/Type"), stream.get("/Subtype")
        place = join(self._within, f"entry:{number}")
        if role in _FONTS or kind in ("/XRef", "/ObjStm", "/Pattern"):
            return
        if role == "/Contents":
            self._look_for_pictures(stream)
            return
        if subtype == "/Image":
            self._read_picture(stream, place)
        elif subtype == "/Form":
            self._look_for_pictures(stream)
            if role in _APPEARANCES:
                text = self._reader.pages[0].extract_xform_text(stream)  # type: ignore[arg-type]
                self._opening.text(place, "", text)
        else:
            data = self._data_of(stream)
            if kind == "/EmbeddedFile" or role in ("/F", "/UF"):
                self._opening.read(data, place)
            else:
                self._opening.text(place, "", strings(data) if is_binary(data) else decode(data)[0])

    def _look_for_pictures(self, stream: StreamObject) -> None:
        """Pictures stand among the drawing instructions as well."""
        if _INLINE_PICTURE.search(self._data_of(stream)):
            self._opening.fail()

    def _data_of(self, stream: StreamObject) -> bytes:
        """A stream's data. Of one that can't be unpacked pypdf makes nothing, and says so in its log alone."""
        data = stream.get_data()
        self._opening.spend(len(data))
        if not data and len(stream._data) > EMPTY_BYTES:
            self._opening.fail()
        return data

    def _read_picture(self, stream: StreamObject, place: str) -> None:
        """A JPEG stands in a PDF as it is; of other pictures there are only pixels."""
        filters = stream.get("/Filter")
        if isinstance(filters, ArrayObject) and len(filters) == 1:
            filters = filters[0]
        if filters == "/DCTDecode":
            self._opening.read(stream._data, place)
        elif int(stream.get("/Width", 0)) * int(stream.get("/Height", 0)) > TINY_PIXELS:
            self._opening.fail()


def _plain(found: Any) -> str:
    """A string's text, "" for bytes that are none, such as signatures and digests."""
    if isinstance(found, bytes):
        return "" if is_binary(found) else decode(found)[0]
    text = str(found)
    return text if sum(map(str.isprintable, text)) * 2 >= len(text) else ""
