"""Segments: the pieces of a request that can hold text, where they stand, and what they are.

Readers (`body`, `jsontext`, `multipart` ...) yield them, detectors read their text, policy reads their labels, rewrite
uses their byte range. Nothing here knows a vendor.
"""

from dataclasses import dataclass, field
from enum import StrEnum


class Label(StrEnum):
    """What a segment is to the vendor's API. Closed set; policy and the rewriter lean on it."""

    PROMPT = "prompt"  # what the user or the assistant said
    SYSTEM = "system"  # instructions
    TOOL_RESULT = "tool_result"
    TOOL_ARGUMENT = "tool_argument"
    TOOL_SCHEMA = "tool_schema"  # tool names' descriptions and parameter schemas
    METADATA = "metadata"
    ATTACHMENT = "attachment"  # data: URLs, base64 blocks, file parts
    KEY = "key"  # an object's key: never rewritten
    NUMBER = "number"  # a JSON number's own characters
    ID = "id"  # ids, model names, roles, types: never rewritten
    OPAQUE = "opaque"  # signed or encrypted by the vendor: never rewritten
    BINARY = "binary"  # in a number, a blob, or what could be text or not: never rewritten
    HEADER = "header"
    TARGET = "target"  # the request target's path
    QUERY = "query"
    UNKNOWN = "unknown"  # not in the vendor's table; scanned all the same


FIXED = frozenset({Label.KEY, Label.ID, Label.OPAQUE, Label.BINARY, Label.TARGET})
"""Labels whose text is never rewritten: a finding there that would be redacted blocks instead."""


@dataclass(frozen=True, slots=True)
class Origin:
    """The file that an opened segment's text comes from: `text[start:end]` of a string leaf with this label, in base64.

    `is_plain` says that the segment's text is all of the file, as UTF-8, so that it can be edited and encoded again.
    Files that stand in no string have an empty one.
    """

    label: Label
    text: str = field(repr=False)
    start: int
    end: int
    is_plain: bool = False


@dataclass(frozen=True, slots=True)
class Segment:
    """One string leaf, or (`opened`) a text from within a file that one holds.

    `pointer` is an RFC 6901 JSON Pointer for JSON bodies (a key's pointer is its member's), otherwise
    `header:NAME`, `query:NAME`, `path`, `form:NAME`, `part:N/...`, `line:N/POINTER` for NDJSON, or `` for plain text.
    Binary bodies: `frame:N/...` for RPC frames, `event:N/...` for event streams, followed by a JSON Pointer or, for
    protobuf, by field numbers, as `frame:1/2.1[3].5`; the index counts repeated fields from 0 and 0 is left out.
    An opened segment's is that of what holds the file, with `#` and the part's name: `/messages/0/content/1#page:2`;
    its label is ATTACHMENT, and its place in the bytes is the holder's.
    `field` is the name the value stands under (last non-index pointer token, header or form name), or "".
    `start` and `end` are byte offsets of the leaf's raw token in the decoded body (a JSON string's quotes included).
    """

    pointer: str
    label: Label
    text: str
    field: str
    start: int
    end: int
    opened: Origin | None = None

    @property
    def home(self) -> str:
        """The pointer of the string leaf that this segment is, or comes out of."""
        return self.pointer.rpartition("#")[0] if self.opened else self.pointer

    @property
    def part(self) -> str:
        """The name of the part of a file that this segment is, or ""."""
        return self.pointer.rpartition("#")[2] if self.opened else ""

    def holder(self) -> "Segment":
        """The string leaf that an opened segment comes out of; the segment itself otherwise."""
        if self.opened is None:
            return self
        return Segment(self.home, self.opened.label, self.opened.text, "", self.start, self.end)

    def __repr__(self) -> str:
        # Not the pointer: a key in it may be the value.
        return f"Segment({self.label}, {len(self.text)} chars)"
