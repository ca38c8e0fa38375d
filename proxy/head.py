"""The parts of a request that are not its body: target and headers as segments, and how redactions go back into them.

Everything is read but the vendor's own credential, which belongs to the vendor anyway.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final
from urllib.parse import quote

from proxy.rewrite import Edit
from proxy.segment import Label, Segment
from proxy.vendor import Vendor
from proxy.verdict import Headers, Request

_FRAMING: Final = frozenset(
    {
        "host",
        "content-length",
        "content-type",
        "content-encoding",
        "transfer-encoding",
        "connection",
        "accept-encoding",
        "sec-websocket-key",
        "sec-websocket-version",
    }
)
"""Headers whose values are a closed grammar, checked elsewhere."""

_PROTOCOLS: Final = "sec-websocket-protocol"
"""Names that both sides must agree on, so nothing in it can be cut out."""


def head_segments(request: Request, vendor: Vendor | None) -> Iterator[Segment]:
    """Path, query pairs, headers and their names. Offsets of query segments count characters of the target."""
    path, mark, query = request.target.partition("?")
    if len(path) > 1:
        yield Segment("path", Label.TARGET, path, "", 0, len(path))
    offset = len(path) + len(mark)
    for pair in query.split("&") if query else ():
        name = pair.partition("=")[0]
        if vendor is None or name.lower() not in vendor.credential_query:
            yield Segment(f"query:{name}", Label.QUERY, pair, name, offset, offset + len(pair))
        offset += len(pair) + 1
    for index, (raw_name, raw_value) in enumerate(request.headers):
        header = raw_name.decode("latin-1").lower()
        if header in _FRAMING or (vendor is not None and vendor.is_credential_header(header)):
            continue
        pointer = f"header:{header}"
        yield Segment(pointer, Label.KEY, raw_name.decode("latin-1"), header, index, index + 1)
        value = raw_value.decode("utf-8", "surrogateescape")
        if header == _PROTOCOLS:
            yield Segment(pointer, Label.ID, _without_credentials(value, vendor), header, index, index + 1)
        else:
            yield Segment(pointer, Label.HEADER, value, header, index, index + 1)


def _without_credentials(protocols: str, vendor: Vendor | None) -> str:
    """A browser can set no header on a WebSocket, so its key is one of the subprotocols that it offers."""
    prefixes = vendor.credential_protocols if vendor is not None else ()
    return ",".join(name for name in protocols.split(",") if not name.strip().startswith(prefixes))


def edit_target(target: str, edits: Sequence[tuple[Segment, Sequence[Edit]]]) -> str:
    """The target with the edits of its query segments applied, percent-encoded."""
    for segment, changes in sorted(edits, key=lambda item: -item[0].start):
        pair = _edited(segment.text, changes, lambda text: quote(text, safe=""))
        target = target[: segment.start] + pair + target[segment.end :]
    return target


def edit_headers(headers: Headers, edits: Sequence[tuple[Segment, Sequence[Edit]]]) -> Headers:
    """The headers with the edits of their segments applied; a header segment's `start` is the header's index."""
    edited: Mapping[int, str] = {segment.start: _edited(segment.text, changes, str) for segment, changes in edits}
    return tuple(
        (name, edited[index].encode("utf-8", "surrogateescape") if index in edited else value)
        for index, (name, value) in enumerate(headers)
    )


def _edited(text: str, changes: Sequence[Edit], encode: Callable[[str], str]) -> str:
    for change in sorted(changes, key=lambda item: -item.start):
        text = text[: change.start] + encode(change.replacement) + text[change.end :]
    return text
