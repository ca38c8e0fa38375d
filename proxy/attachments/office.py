"""Office documents: Word, Excel and PowerPoint (OOXML), Writer and Calc (OpenDocument). All of their parts are read.

Text stands in order, table cells joined by row. What else a document holds, such as pictures, is opened in turn.
"""

import re
from collections.abc import Sequence
from xml.parsers import expat

from proxy.attachments import sheet
from proxy.attachments.opening import Opening, join
from proxy.attachments.xmltext import XmlText

_CONTENT_TYPES = "[Content_Types].xml"
_OPEN_DOCUMENT = frozenset({"mimetype", "content.xml"})
_PLAIN = frozenset({_CONTENT_TYPES, "mimetype"})
"""Parts that say which kind each other part is, in words of the standard."""

_NUMBERED = re.compile(r".*/(slide|notesSlide|sheet|header|footer|comment|comments|footnotes|endnotes)s?(\d*)\.xml")
_WORDS = {"notesSlide": "notes", "comments": "comment", "footnotes": "footnote", "endnotes": "endnote"}
_XML = (".xml", ".rels", ".vml")


def is_document(names: Sequence[str]) -> bool:
    """Whether a zip file with these entries is an office document."""
    return _CONTENT_TYPES in names or set(names) >= _OPEN_DOCUMENT


def read_document(entries: Sequence[tuple[str, bytes]], opening: Opening, within: str) -> None:
    """Reads the parts of a document, which are the entries of its zip file."""
    attributes: dict[str, None] = {}
    workbook = _workbook(dict(entries), opening)
    for number, (name, content) in enumerate(entries, 1):
        place = join(within, _place(name, number))
        if not content or (name in _PLAIN and len(content) < 1 << 16):
            if name == _CONTENT_TYPES:
                _attributes_of(content, attributes)
            elif content:
                opening.text(place, "", content.decode("latin-1"))
            continue
        if not name.endswith(_XML):
            opening.read(content, place, name=name)
            continue
        try:
            if sheet.is_sheet(name):
                opening.text(place, "", workbook.rows(content))
            elif not sheet.is_strings(name) or workbook.is_empty:
                opening.text(place, "", _read_xml(content, attributes, opening))
        except (expat.ExpatError, ValueError):
            opening.fail()
            opening.read(content, place)
    opening.text(join(within, "strings"), "", workbook.unused())
    opening.text(join(within, "attributes"), "", "\n".join(attributes))


def _workbook(parts: dict[str, bytes], opening: Opening) -> sheet.Workbook:
    try:
        return sheet.Workbook(parts)
    except (expat.ExpatError, ValueError):
        opening.fail()
        return sheet.Workbook({})


def _place(name: str, number: int) -> str:
    found = _NUMBERED.fullmatch("/" + name)
    if found is None:
        main = name in ("word/document.xml", "content.xml")
        return "document" if main else f"{'part' if name.endswith(_XML) else 'entry'}:{number}"
    return f"{_WORDS.get(found[1], found[1])}:{found[2] or 1}"


def _read_xml(content: bytes, attributes: dict[str, None], opening: Opening) -> str:
    reader = XmlText()
    text = reader.read(content)
    if reader.declares_entities:
        opening.fail()
    attributes |= reader.attributes
    return text


def _attributes_of(content: bytes, attributes: dict[str, None]) -> None:
    reader = XmlText()
    reader.read(content)
    attributes |= {value: None for value in reader.attributes if not value.startswith("/")}
