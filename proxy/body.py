"""From the bytes on the wire to the decoded body, and what kind of document it is.

Undoes Content-Encoding from a closed list, to the last byte and never past a cap; names the format by what
the bytes are. mitmproxy's own decoders are never used: they are unbounded, read the first gzip member only
and ignore what follows. Pure: bytes and header values in, bytes or `RequestError` out.
"""

import gzip
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import brotli
import zstandard

from proxy import multipart, ndjson
from proxy.attachments import DEFAULT_BOUNDS, Bounds
from proxy.binary.mediatype import Form, form_of
from proxy.binary.wire import is_message
from proxy.reason import Reason, RequestError

MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """What one request may cost to read.

    `ratio` is the decoded size over the size on the wire; it counts only past `ratio_free_bytes`, since a
    small JSON body full of blanks compresses better than any bomb has to.
    """

    body_bytes: int = 32 * MIB
    decoded_bytes: int = 64 * MIB
    ratio: int = 200
    ratio_free_bytes: int = MIB
    depth: int = 200
    leaves: int = 2_000_000
    attachments: Bounds = DEFAULT_BOUNDS


MAX_CODINGS = 3
MAX_FRAMES = 4096
"""gzip members or zstd frames in one body. Block-gzip needs one for each 64 KiB; starting one costs 10 us."""

ZSTD_WINDOW_BYTES = 8 * MIB
"""The largest window that a zstd content coding may ask for (RFC 9659, section 3)."""


def decode(raw: bytes, content_encoding: Sequence[str], limits: Limits) -> bytes:
    """Return `raw` with the codings of its Content-Encoding header values undone, last first.

    RequestError: TOO_LARGE, RATIO (413), UNSUPPORTED_ENCODING, CORRUPT_ENCODING (415). Truncated and trailing
    bytes are corrupt. A brotli stream may hold metadata blocks, which every decoder skips: those go unread.
    """
    if len(raw) > limits.body_bytes:
        raise RequestError(Reason.TOO_LARGE)
    named = codings(content_encoding)
    if not raw:
        return raw
    free = max(limits.ratio_free_bytes, limits.ratio * len(raw))
    for coding in reversed(named):
        raw = _collect(_DECODERS[coding](raw), limits.decoded_bytes, free)
    if len(raw) > limits.decoded_bytes:
        raise RequestError(Reason.TOO_LARGE)
    return raw


def encode(data: bytes, content_encoding: Sequence[str]) -> bytes:
    """Return `data` with the codings of these header values applied, first one first; undone by `decode`."""
    for coding in codings(content_encoding):
        data = _ENCODERS[coding](data)
    return data


def codings(content_encoding: Sequence[str]) -> list[str]:
    """Return the codings that these header values name, in the order in which they were applied.

    RequestError UNSUPPORTED_ENCODING for one that isn't on the list and for more than `MAX_CODINGS`.
    """
    names = [name.strip(" \t").lower() for value in content_encoding for name in value.split(",")]
    named = [name for name in names if name not in ("", "identity")]
    if len(named) > MAX_CODINGS or any(name not in _DECODERS for name in named):
        raise RequestError(Reason.UNSUPPORTED_ENCODING)
    return named


def _collect(pieces: Iterable[bytes], most: int, free: int) -> bytes:
    """Return the joined pieces, or stop at the first one past a cap.

    Decoder errors quote no content, but `RequestError` alone leaves here, whatever a library may raise next.
    """
    out: list[bytes] = []
    size = 0
    try:
        for piece in pieces:
            size += len(piece)
            if size > most:
                raise RequestError(Reason.TOO_LARGE)
            if size > free:
                raise RequestError(Reason.RATIO)
            out.append(piece)
    except (zlib.error, brotli.error, zstandard.ZstdError) as err:
        raise RequestError(Reason.CORRUPT_ENCODING) from err
    return b"".join(out)


class _Inflater(Protocol):
    """What zlib's and zstandard's decompressors share: one member or frame each."""

    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, /) -> bytes: ...


def _frames(raw: bytes, begin: Callable[[bytes, int], _Inflater], step_bytes: int) -> Iterator[bytes]:
    """Yield the output of one member or frame after the other, fed `step_bytes` at a time.

    The step bounds what a single call can put out, and what `unused_data` copies.
    """
    pos = frames = 0
    while pos < len(raw):
        if (frames := frames + 1) > MAX_FRAMES:
            raise RequestError(Reason.TOO_LARGE)
        inflater = begin(raw, pos)
        while not inflater.eof:
            if pos >= len(raw):
                raise RequestError(Reason.CORRUPT_ENCODING)
            fed = raw[pos : pos + step_bytes]
            pos += len(fed)
            yield inflater.decompress(fed)
        pos -= len(inflater.unused_data)


DEFLATE_STEP_BYTES = 4096  # at most 1032:1, so 4 MiB a call
ZSTD_STEP_BYTES = 256  # a block of 4 bytes can be 128 KiB, so 8 MiB a call
BROTLI_STEP_BYTES = 1 << 16


def _gunzip(raw: bytes) -> Iterator[bytes]:
    return _frames(raw, _begin_member, DEFLATE_STEP_BYTES)


def _begin_member(raw: bytes, pos: int) -> _Inflater:
    """Start a gzip member (RFC 1952, section 2.3).

    A header with a file name, a comment or extra fields is refused: they would leave unread.
    """
    if not raw.startswith(b"\x1f\x8b", pos):
        raise RequestError(Reason.CORRUPT_ENCODING)
    if len(raw) > pos + 3 and raw[pos + 3] & 0b1111_1100:
        raise RequestError(Reason.UNSUPPORTED_ENCODING)
    return zlib.decompressobj(16 + zlib.MAX_WBITS)


def _inflate(raw: bytes) -> Iterator[bytes]:
    """Undo `deflate`: a zlib stream (RFC 9110, section 8.4.1.2), or the bare one that some clients send."""
    zlibbed = len(raw) > 1 and raw[0] & 0x0F == 8 and (raw[0] << 8 | raw[1]) % 31 == 0
    inflater = zlib.decompressobj(zlib.MAX_WBITS if zlibbed else -zlib.MAX_WBITS)

    def begin(_: bytes, pos: int) -> _Inflater:
        if pos:
            raise RequestError(Reason.CORRUPT_ENCODING)
        return inflater

    return _frames(raw, begin, DEFLATE_STEP_BYTES)


def _unzstd(raw: bytes) -> Iterator[bytes]:
    return _frames(raw, _begin_frame, ZSTD_STEP_BYTES)


def _begin_frame(raw: bytes, pos: int) -> _Inflater:
    """Start a zstd frame (RFC 8878, section 3.1.1). Skippable frames are refused: they would leave unread."""
    if not raw.startswith(zstandard.FRAME_HEADER, pos):
        raise RequestError(Reason.CORRUPT_ENCODING)
    return zstandard.ZstdDecompressor(max_window_size=ZSTD_WINDOW_BYTES).decompressobj()


def _unbrotli(raw: bytes) -> Iterator[bytes]:
    """Undo `br` (RFC 7932). One call can put out any amount, so the output is limited and drained."""
    inflater = brotli.Decompressor()
    for pos in range(0, len(raw), BROTLI_STEP_BYTES):
        piece = inflater.process(raw[pos : pos + BROTLI_STEP_BYTES], output_buffer_limit=BROTLI_STEP_BYTES)
        while piece:
            yield piece
            done = inflater.is_finished()
            piece = b"" if done else inflater.process(b"", output_buffer_limit=BROTLI_STEP_BYTES)
    if not inflater.is_finished():
        raise RequestError(Reason.CORRUPT_ENCODING)


_DECODERS: dict[str, Callable[[bytes], Iterator[bytes]]] = {
    "gzip": _gunzip,
    "x-gzip": _gunzip,
    "deflate": _inflate,
    "br": _unbrotli,
    "zstd": _unzstd,
}


def _gzip(data: bytes) -> bytes:
    return gzip.compress(data, compresslevel=6, mtime=0)


_ENCODERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": _gzip,
    "x-gzip": _gzip,
    "deflate": zlib.compress,
    "br": lambda data: bytes(brotli.compress(data, quality=5)),
    "zstd": lambda data: zstandard.ZstdCompressor(level=3).compress(data),
}


class Kind(StrEnum):
    """The formats that `document` can read, and BINARY, which it can't."""

    EMPTY = "empty"
    JSON = "json"
    NDJSON = "ndjson"
    FORM = "form"
    MULTIPART = "multipart"
    PROTOBUF = "protobuf"
    PROTOBUF_FRAMES = "protobuf_frames"
    JSON_FRAMES = "json_frames"
    EVENT_STREAM = "event_stream"
    TEXT = "text"
    BINARY = "binary"


BINARY_KINDS = frozenset(map(Kind, Form))

_ASCII_SUPERSETS = frozenset({"utf-8", "utf8", "us-ascii", "ascii", "iso-8859-1", "latin1", "windows-1252"})
_BINARY_TYPE = re.compile(r"grpc|connect\+|proto|msgpack|cbor|eventstream")
_JSON_TYPE = re.compile(r".*/(?:x-|.*\+)?json")
_NDJSON_TYPE = re.compile(r".*/(?:x-)?(?:ndjson|jsonl|jsonlines|json-lines|json-stream)")
_FORM_TYPE = "application/x-www-form-urlencoded"

_JSON_START = re.compile(
    rb"""
    (?: \xef\xbb\xbf )? [ \t\n\r]*+
    (?: \{ [ \t\n\r]*+ (?: " | \} \s*+ \Z )
      | \[ [ \t\n\r]*+
        (?: [\[{]
          | \] \s*+ \Z
          | (?: "(?:[^"\\]|\\.)*+" | [-+.0-9eE]++ | true | false | null ) [ \t\n\r]*+ (?: , | \] \s*+ \Z )
        )
    )
    """,
    re.VERBOSE | re.DOTALL,
)
_CONTROL = re.compile(rb"[\x00-\x07\x0b\x0e-\x1a\x1c-\x1f]")
"""Control characters that no text has: all but backspace, tab, line and form feed, return and escape
(terminal logs)."""


def sniff(content_type: str | None, data: bytes) -> Kind:
    """Return what kind of document the decoded body `data` is.

    The bytes decide; the header only breaks ties, and can make the reading stricter but never looser:

    - What starts and ends like JSON is JSON (or NDJSON, from its second line) under any header, and all
      else that is declared JSON is read as JSON too, so that a fault in it is told and not overlooked.
    - MULTIPART and FORM need the header and a body in that shape; the binary kinds need the header.
    - TEXT is UTF-8 without control characters; a byte order mark is part of it. All else is BINARY, UTF-16
      and UTF-32 included: no AI API takes them, and a reader for them would need its own way back from text
      to bytes.

    RequestError AMBIGUOUS_TYPE for a header that doesn't parse, or a charset under which ASCII is not ASCII;
    BAD_MULTIPART for a multipart type without a usable boundary.
    """
    if not data:
        return Kind.EMPTY
    media = multipart.media_type(content_type)
    name = media.name if media is not None else ""
    if media is not None and media.parameters.get("charset", "utf-8").lower() not in _ASCII_SUPERSETS:
        raise RequestError(Reason.AMBIGUOUS_TYPE)
    if media is not None and name.startswith("multipart/") and b"--" + multipart.boundary(media) in data:
        return Kind.MULTIPART
    framed = _BINARY_TYPE.search(name) is not None
    form = form_of(name)
    if form is Form.PROTOBUF and starts_as_json(data) and is_message(data):
        raise RequestError(Reason.AMBIGUOUS_TYPE)
    if starts_as_json(data) or (_JSON_TYPE.fullmatch(name) and not framed and not data.isspace()):
        return Kind.NDJSON if ndjson.is_ndjson(data) else Kind.JSON
    if form is not None:
        return Kind(form)
    if framed or _CONTROL.search(data) or not _is_utf8(data):
        return Kind.BINARY
    if _NDJSON_TYPE.fullmatch(name):
        return Kind.NDJSON
    if name == _FORM_TYPE and b"=" in data and b"\n" not in data and b"\r" not in data:
        return Kind.FORM
    return Kind.TEXT


def starts_as_json(data: bytes) -> bool:
    """Tell whether the first tokens and the last one are those of an object or array.

    Enough to tell JSON from prose such as `[1] see [2]`; whether it is sound is for `jsontext` to say.
    """
    return _JSON_START.match(data) is not None and data.rstrip().endswith((b"}", b"]"))


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
