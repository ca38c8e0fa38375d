"""Files cut out of a request: a note in place of one, in a form that the API takes, or its edited text encoded again.

A file's inside can't be cut in place. Pure; what a note says is `message`'s, where one may stand the format's.
"""

import re
from codecs import BOM_UTF8
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from detectors import Finding
from proxy.attachments.found import encoded
from proxy.body import Kind
from proxy.formats import Format
from proxy.message import attachment_note
from proxy.rewrite import Edit, apply
from proxy.segment import FIXED, Label, Origin, Segment
from proxy.swap import Swap


class Item(Protocol):
    """What is to be cut out, and whatever else its judge says of it."""

    @property
    def finding(self) -> Finding: ...


type Found[T: Item] = tuple[Segment, Sequence[T]]
"""A segment and what is to be cut out of it."""

_ENCODED_MARK = "77u/", "77u_"
"""What a byte order mark, which is no part of the text, looks like in base64."""

_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[\[{]|[\]}]', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Notes:
    """Where notes may stand in one body: by its format, and by what kind of document it is."""

    fmt: Format
    kind: Kind

    def fit(self, segment: Segment) -> bool:
        """Whether the file that an opened segment comes from can be cut out, or edited as the text that it is."""
        origin = segment.opened
        if origin is None or origin.label in FIXED or not origin.text:
            return False
        if origin.is_plain or origin.label is not Label.ATTACHMENT:
            return True
        return self.kind is Kind.JSON and self.fmt.note_for(segment.home) is not None

    def swaps[T: Item](self, found: Iterable[Found[T]], data: bytes) -> list[Swap]:
        """The objects of `data` that go with a file in them, and the notes in their place. ValueError where none may
        stand: a fault of the caller, upon which nothing may be sent.
        """
        return [self._swap(file, data) for file in _files(found) if _is_swapped(file)]

    def _swap[T: Item](self, file: Sequence[Found[T]], data: bytes) -> Swap:
        segment = file[0][0]
        if not self.fit(segment) or (place := self.fmt.note_for(segment.home)) is None:
            raise ValueError("no note may stand here")
        pointer, note = place
        start, end = _enclosing(data, segment.start, pointer.count("/"))
        return Swap(start, end, note.written(_said(file)))


def edits_in_files[T: Item](
    found: Iterable[Found[T]], edits: Callable[[Sequence[T]], list[Edit]]
) -> list[tuple[Segment, list[Edit]]]:
    """The edits of strings that hold files: those that are text edited with `edits`, others left out for a note.

    Not for files that go with the object around them: `Notes.swaps` has those.
    """
    return [_edit(file, edits) for file in _files(found) if not _is_swapped(file)]


def _edit[T: Item](file: Sequence[Found[T]], edits: Callable[[Sequence[T]], list[Edit]]) -> tuple[Segment, list[Edit]]:
    segment, items = file[0]
    origin = _origin(segment)
    if not origin.is_plain or len(file) > 1:
        return segment.holder(), [Edit(origin.start, origin.end, _said(file))]
    like = origin.text[origin.start : origin.end]
    mark = BOM_UTF8 if like.startswith(_ENCODED_MARK) else b""
    content = mark + apply(segment.text, edits(items)).encode()
    return segment.holder(), [Edit(origin.start, origin.end, encoded(content, like))]


def _is_swapped[T: Item](file: Sequence[Found[T]]) -> bool:
    origin = _origin(file[0][0])
    return origin.label is Label.ATTACHMENT and not (origin.is_plain and len(file) == 1)


def _files[T: Item](found: Iterable[Found[T]]) -> list[list[Found[T]]]:
    """What is to be cut, by the file in which it stands."""
    files: dict[tuple[str, int], list[Found[T]]] = {}
    for segment, items in found:
        if segment.opened is not None:
            files.setdefault((segment.home, segment.opened.start), []).append((segment, items))
    return list(files.values())


def _origin(segment: Segment) -> Origin:
    if segment.opened is None:
        raise ValueError("no file holds this")
    return segment.opened


def _said[T: Item](file: Sequence[Found[T]]) -> str:
    return attachment_note((one.finding.entity, segment.part) for segment, items in file for one in items)


def _enclosing(data: bytes, at: int, depth: int) -> tuple[int, int]:
    """Where the container stands that is `depth` steps below the root of a JSON text and holds the string at `at`."""
    open_at: list[int] = []
    start = -1
    for token in _TOKEN.finditer(data):
        first = data[token.start()]
        if first in b"[{":
            open_at.append(token.start())
        elif first == ord('"'):
            if token.start() == at:
                start = open_at[depth]
        elif open_at.pop() == start:
            return start, token.end()
    raise ValueError("the segment is not of this body")
