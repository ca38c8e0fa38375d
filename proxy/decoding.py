"""Replies' content codings undone piece by piece, in bounded memory: what reads along with a stream shares this.

Lenient where `body` is strict, since these bytes go to the client in any case; nothing is judged by them.
"""

import zlib
from collections.abc import Callable, Iterator
from typing import Final

import brotli
import zstandard

MAX_RATIO: Final = 100
FREE_BYTES: Final = 1 << 20
"""A reply that unpacks to more than this many times its size, and the first MiB, is not read further: it is a bomb.
Streams of events pack about 20 to 1."""

_PIECE_BYTES: Final = 64 << 10
_ZSTD_SLICE_BYTES: Final = 256
"""Four bytes of zstd can become 128 KiB and its decoder has no cap, so it is fed little at a time."""

_ZSTD_WINDOW_BYTES: Final = 8 << 20

Decoder = Callable[[bytes], Iterator[bytes]]
"""Takes the next chunk and gives what it unpacks to, in pieces; raises what its library raises for a broken one."""


class Bomb(ValueError):
    """The stream unpacks to more than anyone will read."""


def bounded_decoder(content_encoding: str) -> Decoder | None:
    """A decoder for one content coding, which raises Bomb; None for one that is unknown, or for several at once."""
    decode = _decoder(content_encoding)
    if decode is None or is_identity(content_encoding):
        return decode
    allowance = FREE_BYTES

    def bounded(chunk: bytes) -> Iterator[bytes]:
        nonlocal allowance
        allowance += MAX_RATIO * len(chunk)
        for piece in decode(chunk):
            allowance -= len(piece)
            if allowance < 0:
                raise Bomb
            yield piece

    return bounded


def is_identity(content_encoding: str) -> bool:
    return content_encoding.strip().lower() in ("", "identity")


def _decoder(content_encoding: str) -> Decoder | None:
    match content_encoding.strip().lower():
        case "" | "identity":
            return lambda chunk: iter((chunk,))
        case "gzip" | "x-gzip" | "deflate":
            return _inflater()
        case "br":
            return _brotli_decoder()
        case "zstd":
            return _zstd_decoder()
        case _:
            return None


def _inflater() -> Decoder:
    inflater = zlib.decompressobj(zlib.MAX_WBITS | 32)  # tells gzip from zlib by their headers

    def decode(chunk: bytes) -> Iterator[bytes]:
        nonlocal inflater
        full = False
        while chunk or full:
            piece = inflater.decompress(chunk, _PIECE_BYTES)
            yield piece
            chunk, full = inflater.unconsumed_tail, len(piece) == _PIECE_BYTES
            if inflater.eof and inflater.unused_data:  # another member of a gzip stream
                chunk, inflater = inflater.unused_data, zlib.decompressobj(zlib.MAX_WBITS | 32)

    return decode


def _brotli_decoder() -> Decoder:
    inflater = brotli.Decompressor()

    def decode(chunk: bytes) -> Iterator[bytes]:
        piece = inflater.process(chunk, output_buffer_limit=_PIECE_BYTES)
        while piece:  # it takes more data while it still holds output, so that alone tells that there is none left
            yield piece
            piece = b"" if inflater.is_finished() else inflater.process(b"", output_buffer_limit=_PIECE_BYTES)

    return decode


def _zstd_decoder() -> Decoder:
    window = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW_BYTES)
    inflater = window.decompressobj(read_across_frames=True)

    def decode(chunk: bytes) -> Iterator[bytes]:
        for start in range(0, len(chunk), _ZSTD_SLICE_BYTES):
            yield inflater.decompress(chunk[start : start + _ZSTD_SLICE_BYTES])

    return decode
