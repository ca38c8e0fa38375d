"""Laws of reading a request's body: nothing but RequestError, nothing past the bounds, nothing lost between spans.

The first byte of an input chooses a content coding or type; the rest is the body.
"""

import contextlib
import json
import math
from typing import Any

from proxy.attachments import Bounds, open_attachment
from proxy.body import BINARY_KINDS, Kind, Limits, decode, sniff
from proxy.decoding import MAX_RATIO, bounded_decoder
from proxy.document import segments
from proxy.formats import FORMATS
from proxy.jsontext import LeafKind, leaves
from proxy.reason import Reason, RequestError
from proxy.rewrite import Edit, splice
from proxy.segment import FIXED, Segment
from tests.proxy.reading import outcome
from tests.proxy.test_jsonsplit import pieces

BOUNDS = Bounds(unpacked_bytes=1 << 20, text_chars=1 << 20, ratio_free_bytes=1 << 16, entries=100, pages=20)
LIMITS = Limits(
    body_bytes=1 << 16, decoded_bytes=1 << 20, ratio_free_bytes=1 << 16, depth=50, leaves=20_000, attachments=BOUNDS
)
CODINGS = ("gzip", "deflate", "br", "zstd", "", "gzip, br", "zstd, deflate", "identity", "snappy")
TYPES = (
    *("application/json", None, "application/x-ndjson", "application/x-www-form-urlencoded"),
    *("multipart/form-data; boundary=b", "application/proto", "application/grpc", "application/connect+json"),
    *("application/vnd.amazon.eventstream", "text/plain; charset=utf-16", "application/grpc-web", "text/plain"),
)
FORMAT_IDS = sorted(FORMATS)
MARK = 'a"b\\c é'
_DEEPER = 3
"""A part's text may be what a file holds, and a file may hold files: so many times what was unpacked."""


def coding(data: bytes) -> None:
    """Whatever is unpacked stays within the bounds, and what reads a reply along is given the same by any cut."""
    named, packed = CODINGS[data[0] % len(CODINGS)] if data else "", data[1:]
    with contextlib.suppress(RequestError):
        assert len(decode(packed, [named], LIMITS)) <= LIMITS.decoded_bytes
    if bounded_decoder(named) is not None:
        whole, is_whole = _unpacked(named, [packed])
        cut, is_cut_whole = _unpacked(named, [packed[at : at + 7] for at in range(0, len(packed), 7)])
        assert whole.startswith(cut) or cut.startswith(whole)
        assert whole == cut or not (is_whole and is_cut_whole)
        assert len(whole) <= MAX_RATIO * len(packed) + (1 << 20)


def _unpacked(named: str, chunks: list[bytes]) -> tuple[bytes, bool]:
    out, decoder = b"", bounded_decoder(named)
    assert decoder is not None
    try:
        for chunk in chunks:
            for piece in decoder(chunk):
                out += piece
    except Exception:  # what each library raises for a broken stream, and Bomb
        return out, False
    return out, True


def jsontext(data: bytes) -> None:
    """What is taken for JSON is JSON to others too, with the same strings and numbers, and so are its pieces."""
    whole = outcome(data)
    parts = pieces(data)
    if isinstance(whole, Reason):
        assert not isinstance(parts, list)
        return
    assert parts is None or parts == whole
    told = [leaf.text for leaf in whole if leaf.kind is not LeafKind.NUMBER]
    read = json.loads(data.decode().removeprefix("\ufeff"), parse_int=float)
    assert sorted(told) == sorted(_strings(read))


def _strings(tree: Any) -> list[str]:
    if isinstance(tree, str):
        return [tree]
    if isinstance(tree, list):
        return [text for item in tree for text in _strings(item)]
    assert tree is None or isinstance(tree, bool | dict) or math.isfinite(tree) or abs(tree) == math.inf
    return [text for key, item in tree.items() for text in (key, *_strings(item))] if isinstance(tree, dict) else []


def document(data: bytes) -> None:
    """Every segment stands where it says; one that is replaced changes nothing outside of its place."""
    if len(data) < 3:
        return
    content_type, fmt, body = TYPES[data[0] % len(TYPES)], FORMATS[FORMAT_IDS[data[1] % len(FORMAT_IDS)]], data[3:]
    found: list[Segment] = []
    try:
        kind = sniff(content_type, body)
        read = segments(body, kind, fmt.label, content_type=content_type, limits=LIMITS)
        for segment in fmt.refine_each(read):
            found.append(segment)
            assert 0 <= segment.start <= segment.end <= len(body)
    except RequestError:
        return
    assert len(found) <= LIMITS.leaves
    open_to_change = [each for each in found if each.text and not each.opened and each.label not in FIXED]
    if open_to_change:
        _replace(body, kind, open_to_change[data[2] % len(open_to_change)], content_type, len(found))


def _replace(body: bytes, kind: Kind, segment: Segment, content_type: str | None, count: int) -> None:
    done = splice(body, kind, [(segment, [Edit(0, len(segment.text), MARK)])])
    if kind not in BINARY_KINDS:  # those hold lengths
        assert done.startswith(body[: segment.start])
        assert done.endswith(body[segment.end :])
    if kind in (Kind.JSON, Kind.NDJSON):
        after = list(segments(done, kind, lambda _: segment.label, content_type=content_type, limits=LIMITS))
        assert len([each for each in after if not each.opened]) == count
        assert MARK in [each.text for each in after] or segment.text.strip()[:1] in ('"', "{", "[")


def attachment(data: bytes) -> None:
    """Whatever a file is, it has an answer; its text is no longer than the bounds let it be."""
    opened = open_attachment(data, limits=BOUNDS)
    assert all(part.text for part in opened.parts)
    assert sum(len(part.text) for part in opened.parts) <= _DEEPER * (BOUNDS.text_chars + len(data))


def number(data: bytes) -> None:
    """A JSON text of any shape within another: the leaves of a part are those of the whole, moved."""
    with contextlib.suppress(RequestError):
        alone = list(leaves(data))
        within = list(leaves(b"[0," + data + b"]", start=3, end=3 + len(data)))
        assert [(leaf.start + 3, leaf.end + 3, leaf.text) for leaf in alone] == [leaf[2:] for leaf in within]
