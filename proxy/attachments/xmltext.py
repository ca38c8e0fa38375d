"""Text out of XML: what a reader of the document sees, joined and broken as it is there. Never expands an entity.

Three ways of reading: documents of running text, where elements break a line or don't; data, where each element is a
name and a value; and both for attributes, of which the values that say something are kept.
"""

import re
from collections.abc import Callable
from typing import Any
from xml.parsers import expat

MAX_DEPTH = 2000

_LINES = frozenset({"p", "h", "si", "comment", "br", "cr", "line-break", "list-item", "title", "text", "author"})
_ROWS = frozenset({"tr", "table-row"})
_CELLS = frozenset({"tc", "table-cell", "covered-table-cell"})
_BLANKS = {"tab": "\t", "s": " ", "noBreakHyphen": "-"}
_ASIDE = frozenset({"posOffset", "pctWidth", "pctHeight", "pctPosHOffset", "pctPosVOffset"})
"""Numbers in the middle of running text that are none of it."""

_FLOWING = frozenset(
    """document hdr ftr comments footnotes endnotes glossaryDocument sld notes sldLayout sldMaster notesMaster
    handoutMaster cmLst document-content document-styles drawing wsDr""".split()
)
"""Root elements of documents of running text: WordprocessingML, DrawingML, OpenDocument."""

_SAYS_NOTHING = re.compile(
    r"""
      [-+]? [\d.]{1,11} (?: [a-z%]{1,3} )?                    # sizes and places
    | \#? [0-9A-Fa-f]{1,12}                                   # colours, revision marks
    | \{? [0-9a-fA-F]{8} (?: -[0-9a-fA-F]{4} ){3} -[0-9a-fA-F]{12} \}?
    | (?: https?://schemas\. | https?://www\.w3\.org/ | http://purl\. | urn: | application/ ) .*
    | [\w./#-]+ \.xml                                         # other parts
    | [a-zA-Z]{1,24}                                          # words of the format's own
    """,
    re.VERBOSE,
)
_LEAST_CHARS = 6


class XmlText:
    """One XML text being read. `declares_entities` tells that some of its text could be written in pieces elsewhere."""

    def __init__(self) -> None:
        self.root = ""
        self.declares_entities = False
        self.attributes: dict[str, None] = {}
        self._out: list[str] = []
        self._depth = 0
        self._cells = 0
        self._named = ""

    def read(self, content: bytes) -> str:
        """The text of an XML document. Raises expat's errors for what is none, ValueError for one too deep."""
        parser = begin(self._start, self._end, self._out_text)
        parser.EntityDeclHandler = self._entity
        parser.CommentHandler = self._remark
        parser.Parse(content, True)
        return "".join(self._out)

    def _start(self, name: str, attributes: list[str]) -> None:
        local = name.rpartition(":")[2]
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise ValueError("XML too deep")
        self.root = self.root or local
        self._cells += local in _CELLS
        self._named = local
        for at in range(1, len(attributes), 2):
            value = attributes[at]
            if len(value) >= _LEAST_CHARS and not _SAYS_NOTHING.fullmatch(value):
                self.attributes[value] = None

    def _end(self, name: str) -> None:
        local = name.rpartition(":")[2]
        self._depth -= 1
        if self.root not in _FLOWING or local in _ROWS:
            if self._out and self._out[-1] != "\n":
                self._out.append("\n")
        elif local in _CELLS:
            self._cells -= 1
            self._out.append("\t")
        elif local in _LINES:
            self._out.append(" " if self._cells else "\n")  # a line break within a cell would end its row
        elif local in _BLANKS:
            self._out.append(_BLANKS[local])
        self._named = ""

    def _out_text(self, text: str) -> None:
        if self._named in _ASIDE:
            return
        if self.root not in _FLOWING:
            if not text.strip():
                return
            if self._named:
                self._out.append(f"{self._named}: ")
                self._named = ""
        self._out.append(text)

    def _entity(self, *declared: Any) -> None:
        self.declares_entities = True
        self._remark(declared[2] or "")

    def _remark(self, text: str) -> None:
        self._out.append(f"\n{text}\n")


def begin(
    start: Callable[[str, list[str]], None], end: Callable[[str], None], text: Callable[[str], None]
) -> expat.XMLParserType:
    """A parser that expands no entity: with a default handler, expat hands references over as they stand."""
    parser = expat.ParserCreate()
    parser.ordered_attributes = True
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    parser.DefaultHandler = _ignore
    return parser


def _ignore(_: str) -> None:
    """Declarations, and references to entities."""
