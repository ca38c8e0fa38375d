"""A text as whoever reads it would: what tools write into prose undone, so that the names in it show.

JSON in a string has its accents and line ends escaped, a web page has entities and tags, a terminal colours, a query
blanks as signs, a mail its words cut by the ends of quoted lines. Rules look at views of each such writing, one by one
and all the way down (`detectors/views/`). Prose is read once: everything that stands between letters is undone in
place, and a name found in what comes of it is told where it stands.
"""

import html
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import unquote

from detectors.names.hint import any_in
from detectors.names.named import Named
from detectors.views.escape import SPLICES
from detectors.views.view import Piece, PiecedView, View

_UPPER: Final = "A-Z\u00c0-\u00d6\u00d8-\u00de\u0100-\u017f\u0386-\u03ab\u0401-\u042f\u1e00-\u1eff"
_LATIN: Final = "A-Za-z\u00c0-\u024f\u0370-\u052f\u1e00-\u1eff"

_LINE_ENDS: Final = (("\\n", " \n"), ("\\t", " \t"), ("\\r", "  "), ('\\"', ' "'))
_BEFORE_A_WORD: Final = re.compile(rf"\\n(?=[{_UPPER}][^\W\d_])")

_ESCAPE: Final = re.compile(
    r"\\\\{0,7}(?:u(?P<point>[0-9a-fA-F]{4})|(?P<octets>(?:x[0-9a-fA-F]{2}\\{1,8}){0,3}x[0-9a-fA-F]{2})"
    r"|(?P<colour>(?:033|e)(?=\[[0-9;]{0,16}m))|(?P<quote>')(?<=[^\W\d_]\\')(?=[^\W\d_]))"
)
_DOUBLED: Final = re.compile(r"''(?<=[^\W\d_]'')(?=[^\W\d_])")
_MIME_WORD: Final = next(kind for kind in SPLICES if kind.name == "mime-word")
_ENTITY: Final = re.compile(r"&(?:amp;)?(?:#[0-9]{2,6}|#[xX][0-9a-fA-F]{2,5}|[A-Za-z]{2,8}[0-9]{0,2});")
_INLINE: Final = "a|abbr|b|cite|code|del|em|font|i|ins|kbd|label|mark|s|small|span|strong|sub|sup|time|tt|u"
_BLOCK: Final = (
    "article|aside|blockquote|body|br|button|center|dd|details|div|dl|dt|figcaption|figure|footer|form|h[1-6]|head"
    "|header|hr|html|img|input|li|main|nav|ol|option|p|pre|section|select|summary|table|tbody|td|textarea|tfoot|th"
    "|thead|title|tr|ul"
)
_VALUE: Final = r"(?:\\{0,4}\"[^\"<>]{0,400}\"|'[^'<>]{0,400}'|[^\s\"'<>]{1,400})"
_ATTRIBUTES: Final = rf"(?:\s{{1,9}}[\w:@.-]{{1,40}}(?:={_VALUE})?){{0,12}}"
_TAG: Final = re.compile(
    rf"<(?:/?(?:(?P<inline>{_INLINE})|{_BLOCK})(?![\w:.-]){_ATTRIBUTES}\s{{0,9}}/?>|!\[CDATA\[|!--)"
)
_END_OF_SECTION: Final = re.compile(r"-->|\]\]>")
_COLOUR: Final = re.compile(r"\x1b\[[0-?]{0,40}[ -/]{0,4}[@-~]")
_ACCENTS: Final = "\u0300\u0301\u0302\u0303\u0304\u0306\u0307\u0308\u030a\u030b\u030c\u031b\u0323\u0326\u0327\u0328"
_UNSEEN: Final = "\u00ad\u200b\u200c\u200d\u2060\ufeff"
_MARKED: Final = re.compile(rf"[^\W\d_][{_ACCENTS}]{{1,4}}")
_INVISIBLE: Final = re.compile(rf"(?<=[{_LATIN}])[{_UNSEEN}]{{1,8}}")
_QUOTED_PRINTABLE: Final = re.compile(
    r"=(?:(?<=[^\s=]=)\r?\n|3D|[C-F][0-9A-F](?:=[89AB][0-9A-F]){1,3}(?:=[C-F][0-9A-F](?:=[89AB][0-9A-F]){1,3}){0,40})"
)
_QUERY: Final = re.compile(r"(?<=[=/])[\w.~!*'(),:;@+%-]{7,4000}")
_FORM: Final = re.compile(r"=[\w.~!*'(),:;@%-]{1,80}\+[\w%]")
_BETWEEN: Final = re.compile(r"(?:%20|\+)+")
_OCTETS: Final = re.compile(r"(?:%[0-9A-Fa-f]{2})+|\++")
_EMPHASIS: Final = re.compile(rf"_(?<!\w_)[{_UPPER}][^\W_]{{1,40}}(?:[ ][^\W_]{{1,40}}){{1,5}}_(?!\w)")
_WRAPPED: Final = re.compile(
    r"\n(?:(?<=[^\W\d_]\n)|(?<=[^\W\d_][ \t\r]\n))"
    r"[ \t]{0,40}(?:[0-9]{1,6}[ ]?[\t\u2192|:][ \t]{0,40})?(?:(?:[>|+*#-]|//){1,4}[ \t]{0,8}){0,3}"
    rf"(?=[{_UPPER}][^\W\d_]{{0,40}}(?:['’-][^\W\d_]{{1,40}}){{0,2}}"
    rf"(?:[,;:)]?[ ](?![{_UPPER}])[^\W\d_]|[.?!][ ][{_UPPER}]|[.,;:?!)]\s{{0,9}}(?:\n|\Z)))"
)
_LAST_WORD: Final = re.compile(rf"[{_UPPER}][^\W\d_]{{1,40}}[ \t]?\r?\Z")

LEAST_CODE, MOST_SIGNS = 1_000, 0.025
"""Characters of a text that may be judged to be code, and the share that may be `(`, `=` or `_` in any other."""

LEAST_WRAPPED: Final = 40
"""Characters of a line that somebody wrapped. What ends before is one item of a list, and the next is another."""

MOST_DECODED: Final = 8_000
"""Characters of a run of base64 or hex in which names are looked for: a letter, not a file."""

LEAST_LETTERS: Final = 0.8
"""Share of letters and blanks in prose."""

MOST_WORD_CHARS: Final = 12
"""How many characters there are to a blank."""

LEAST_WORDS: Final = 0.7
"""Share of words in what a query says; of a key or of arithmetic less are."""


@dataclass(frozen=True, slots=True)
class _Step:
    """One kind of writing: its name, the signs without one of which there is none, what is to be read instead, and
    whether it is looked for in texts of ASCII alone and in code."""

    name: str
    signs: tuple[str, ...]
    find: Callable[[str], Iterator[Piece]]
    in_ascii: bool = True
    in_code: bool = True


def legible(text: str) -> tuple[str, list[PiecedView]]:
    """The text to be read, and the views that lead back from it, the outermost first; none where nothing changed."""
    views: list[PiecedView] = []
    if "\\n" in text:
        text = _with_line_ends(text)
    is_ascii, is_code = text.isascii(), _is_code(text)
    for step in _STEPS:
        if (is_ascii and not step.in_ascii) or (is_code and not step.in_code) or not any_in(step.signs, text):
            continue
        pieces = list(step.find(text))
        if pieces:
            views.append(PiecedView(step.name, text, 0, len(text), pieces))
            text = views[-1].text
    return text, views


def _is_code(text: str) -> bool:
    return len(text) >= LEAST_CODE and sum(map(text.count, "(=_")) > len(text) * MOST_SIGNS


def traced(named: Named, views: list[PiecedView]) -> tuple[Named, tuple[str, ...]]:
    """A name found in a legible text as one of the text as it came, and the writings that were undone inside of it."""
    undone: list[str] = []
    for view in reversed(views):
        start, end = view.locate(named.start, named.end)
        if view.source[start:end] != view.text[named.start : named.end]:
            undone.append(view.name)
        named = replace(named, start=start, end=end)
    return named, tuple(reversed(undone))


def is_prose(view: View) -> bool:
    """Whether a decoded run is short enough and says something in words."""
    text = view.text
    if type(view) is not View or len(text) > MOST_DECODED:
        return False
    blanks = text.count(" ")
    letters = sum(map(str.isalpha, text))
    return blanks * MOST_WORD_CHARS >= len(text) and blanks + letters >= len(text) * LEAST_LETTERS


def _with_line_ends(text: str) -> str:
    """With the line ends and quotes of a document in a string, as long as before."""
    if text.count("\\n") > text.count("\n"):
        for escape, plain in _LINE_ENDS:
            text = text.replace(escape, plain)
        return text
    return _BEFORE_A_WORD.sub(" \n", text)


def _escapes(text: str) -> Iterator[Piece]:
    """Letters and what stands between words; what else is escaped, such as a regular expression, stays."""
    for match in _ESCAPE.finditer(text):
        if match["point"]:
            plain = chr(int(match["point"], 16))
        elif match["octets"]:
            plain = _of_octets(bytes.fromhex(match["octets"].replace("\\", "").replace("x", "")))
        else:
            plain = match["quote"] or "\x1b"
        if all(map(_is_read, plain)):
            yield match.start(), match.end(), plain


def _doubled(text: str) -> Iterator[Piece]:
    """An apostrophe in a literal of SQL."""
    for match in _DOUBLED.finditer(text):
        yield match.start(), match.end(), "'"


def _of_octets(octets: bytes) -> str:
    """Of UTF-8, as a literal of bytes has it, or of Latin-1, as one of text does."""
    try:
        return octets.decode()
    except UnicodeDecodeError:
        return octets.decode("latin-1")


def _is_read(character: str) -> bool:
    """Whether it is part of a name, stands between words, or begins a tag, an entity or a colour."""
    if character.isascii():
        return character.isalpha() or character in " '\"<>&\x1b"
    return unicodedata.category(character) not in ("Cc", "Cs", "Co", "Cn")


def _mail(text: str) -> Iterator[Piece]:
    """Letters and line ends as mails have them, in their bodies and in their heads."""
    if "=?" in text:
        for match in _MIME_WORD.pattern.finditer(text):
            yield match.start(), match.end(), _MIME_WORD.decode(match[0])
        return
    for match in _QUOTED_PRINTABLE.finditer(text):
        try:
            yield match.start(), match.end(), bytes.fromhex(match[0].replace("=", "").strip()).decode()
        except UnicodeDecodeError:
            continue


def _markup(text: str) -> Iterator[Piece]:
    """Entities and tags; those in a tag go with it."""
    done = 0
    for piece in sorted([*_entities(text), *_tags(text)]):
        if piece[0] >= done:
            yield piece
            done = piece[1]


def _entities(text: str) -> Iterator[Piece]:
    if "&" in text:
        for match in _ENTITY.finditer(text):
            plain = html.unescape(html.unescape(match[0]))
            if plain != match[0] and all(map(_is_read, plain)):
                yield match.start(), match.end(), plain


def _tags(text: str) -> Iterator[Piece]:
    """Those around words are nothing, those around paragraphs the ends of lines."""
    if "<" in text:
        for match in _TAG.finditer(text):
            yield match.start(), match.end(), "" if match["inline"] else "\n"
    if "<!" in text:
        for match in _END_OF_SECTION.finditer(text):
            yield match.start(), match.end(), "\n"


def _colours(text: str) -> Iterator[Piece]:
    for match in _COLOUR.finditer(text):
        yield match.start(), match.end(), ""


def _queries(text: str) -> Iterator[Piece]:
    """Values of queries and parts of paths that say something, each on a line of its own."""
    if "%20" not in text and ("+" not in text or _FORM.search(text) is None):
        return
    for run in _QUERY.finditer(text):
        words = [word.rstrip(".,;:!?)").lstrip("(") for word in _BETWEEN.split(run[0]) if word]
        plain = sum(unquote(word).replace("'", "").isalpha() for word in words)
        if len(words) < 2 or plain < len(words) * LEAST_WORDS:
            continue
        yield run.start(), run.start(), "\n"
        for match in _OCTETS.finditer(text, *run.span()):
            yield match.start(), match.end(), unquote(match[0].replace("+", " "))
        yield run.end(), run.end(), "\n"


def _emphasis(text: str) -> Iterator[Piece]:
    for match in _EMPHASIS.finditer(text):
        yield match.start(), match.start() + 1, ""
        yield match.end() - 1, match.end(), ""


def _letters(text: str) -> Iterator[Piece]:
    """Letters whose accents are characters of their own, and what can't be seen inside of words."""
    marked = ((match.start(), match.end(), unicodedata.normalize("NFC", match[0])) for match in _MARKED.finditer(text))
    unseen = ((match.start(), match.end(), "") for match in _INVISIBLE.finditer(text))
    yield from sorted([*marked, *unseen])


def _wraps(text: str) -> Iterator[Piece]:
    """The end of a line, with the marks of the next one, between two words that may be one name."""
    for match in _WRAPPED.finditer(text):
        at = match.start()
        low = at - LEAST_WRAPPED
        if low >= 0 and text.find("\n", low, at) < 0 and _LAST_WORD.search(text, low, at) is not None:
            yield at, match.end(), " "


_STEPS: Final = (
    _Step("escape", ("\\",), _escapes),
    _Step("doubled", ("''",), _doubled),
    _Step("mail", ("=",), _mail),
    _Step("html", ("&", "<"), _markup),
    _Step("colour", ("\x1b",), _colours),
    _Step("query", ("%", "+"), _queries, in_code=False),
    _Step("emphasis", ("_",), _emphasis, in_code=False),
    _Step("letters", tuple(_UNSEEN + _ACCENTS), _letters, in_ascii=False),
    _Step("wrap", ("\n",), _wraps),
)
"""In this order: what an escape hides may be a tag or a colour, and accents come out of entities."""
